"""Signatures over bundles and PDF documents."""
