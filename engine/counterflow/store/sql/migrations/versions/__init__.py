"""One file per step. A step is never edited once released; `schema.HEAD` names the last one."""
