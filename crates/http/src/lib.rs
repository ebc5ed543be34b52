//! HTTP for mediagen providers: transport, retry domains, SSE, streamed bodies, redaction, host allow-list.
