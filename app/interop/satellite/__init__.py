"""Satellite: RockBLOCK and Cloudloop (Iridium modems in towers), Garmin inReach. Late and doubled is normal here."""
