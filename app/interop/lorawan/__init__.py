"""LoRaWAN network servers: ChirpStack v4 and The Things Stack, by webhook or MQTT; a decoder per device."""
