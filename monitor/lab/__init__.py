"""Runs the live code over recorded news: what rules would do, without polling or sending. It only reads files."""
