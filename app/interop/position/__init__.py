"""Where units are, as told by phone apps and trackers people already have: the OsmAnd protocol, OwnTracks."""
