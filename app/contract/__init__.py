"""The published contract: the schemas of rows, events and frames, the AsyncAPI document, what OpenAPI says of answers."""
