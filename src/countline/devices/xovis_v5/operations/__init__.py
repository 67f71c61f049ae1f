"""What can be asked of a sensor, in words of Python: thin functions over one table of operations."""
