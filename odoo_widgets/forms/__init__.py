"""The form. This room knows widgets; what a request is, it asks the destination."""
