"""The published contract: the schemas of rows, events and frames, and the documents OpenAPI and AsyncAPI."""
