//! Durable jobs and timers in SQL: leases, retries, schedules.
