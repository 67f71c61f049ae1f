"""Pages for people: the API reference and one for each error. They load nothing and run no script."""
