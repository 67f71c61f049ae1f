"""Where sensors deliver: transports that hand bodies to the engine and answer once they are kept."""
