"""Clients of the sensors' own interfaces: one folder per maker and generation."""
