-- Most steps of a command change no indexed column; with room on its page such an update touches no index.
ALTER TABLE command SET (fillfactor = 70);
ALTER TABLE audit_end SET (fillfactor = 20);

-- What went out in batches is not counted against a caller.
CREATE INDEX command_rate_of_caller_alone ON command (tenant, requested_by, type, issued_at) WHERE batch IS NULL;
DROP INDEX command_rate_of_caller;
