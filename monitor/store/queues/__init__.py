"""Work that waits in the database: polls, pages, deliveries."""
