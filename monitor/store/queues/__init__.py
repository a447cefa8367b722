"""Work that is pending in the database: polls, pages, deliveries."""
