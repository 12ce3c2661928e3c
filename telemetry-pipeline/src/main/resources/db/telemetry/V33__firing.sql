-- Alerts that fire, for a fleet's summary: few of all.
create index alert_firing on alert (tenant, vin) where cleared_us is null;
