"""What the service tells of itself in numbers, in Prometheus' form. No label and no value comes from a person."""
