"""The saga, live: what `make demo` shows, with a real server, real worker processes and a real SIGKILL."""
