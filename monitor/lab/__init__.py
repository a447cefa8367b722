"""The live code over recorded news: what rules would do, without polling and without sending. Pure but for reading."""
