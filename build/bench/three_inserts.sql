BEGIN;
INSERT INTO bare_one (id, body) VALUES (gen_random_uuid(), repeat('a', 200));
INSERT INTO bare_two (id, body) VALUES (gen_random_uuid(), repeat('b', 200));
INSERT INTO bare_three (id, body) VALUES (gen_random_uuid(), repeat('c', 200));
COMMIT;
