"""The interactive console over the client library."""
