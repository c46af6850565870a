"""What boxes do with each other: sessions, exchange, custody, time."""
