"""Cases: folders of data beside the code that they are about."""
