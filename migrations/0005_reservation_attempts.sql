-- How many checkouts were tried and how many of them got their units. One row a minute and process: a row that all
-- processes added to would be the slowest lock of the house. Each process writes its figures every two seconds, whole and
-- not as differences, so that a write whose answer was lost may be repeated.
CREATE TABLE reservation_attempts (
    minute timestamptz NOT NULL,
    process uuid NOT NULL,
    attempts bigint NOT NULL CHECK (attempts >= succeeded),
    succeeded bigint NOT NULL CHECK (succeeded >= 0),
    PRIMARY KEY (minute, process)
);
