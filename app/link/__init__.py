"""The one internal connection between a gateway and the desk: commands in, answers and heartbeats out."""
