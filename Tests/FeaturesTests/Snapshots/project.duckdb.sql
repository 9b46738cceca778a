DESCRIBE SELECT * FROM "transactions" AS t;

DESCRIBE SELECT * FROM "products" AS t;

DESCRIBE SELECT * FROM "demographics" AS t;

DESCRIBE SELECT * FROM "campaigns" AS t;

DESCRIBE SELECT * FROM "campaign_descriptions" AS t;

DESCRIBE SELECT * FROM "redemptions" AS t;

SELECT 1 AS probe FROM "transactions" AS raw WHERE ("quantity" < 10000) LIMIT 0;

CREATE OR REPLACE TEMP VIEW "tessera_source_0" AS SELECT CAST("household_id" AS BIGINT) AS "customer", CAST("transaction_timestamp" AS TIMESTAMP) AS ts, ("transaction_timestamp" IS NOT NULL AND CAST("transaction_timestamp" AS TIMESTAMP) IS NULL) AS "bad_time", coalesce(CAST("basket_id" AS BIGINT), -1000000000000000 - CAST(floor(extract(epoch FROM CAST("transaction_timestamp" AS TIMESTAMP))) AS BIGINT)) AS order_id, ("quantity" IS NOT NULL AND TRY_CAST("quantity" AS DECIMAL(18,4)) IS NULL) AS "bad_quantity", ("sales_value" IS NOT NULL AND TRY_CAST("sales_value" AS DECIMAL(18,4)) IS NULL) AS "bad_amount", TRY_CAST("sales_value" AS DECIMAL(18,4)) AS amount, TRY_CAST("quantity" AS DECIMAL(18,4)) AS quantity, ("retail_disc" IS NOT NULL AND TRY_CAST("retail_disc" AS DECIMAL(18,4)) IS NULL) AS "bad_discount", ("coupon_disc" IS NOT NULL AND TRY_CAST("coupon_disc" AS DECIMAL(18,4)) IS NULL) AS "bad_discount_2", CAST(coalesce(abs(TRY_CAST("retail_disc" AS DECIMAL(18,4))), 0) + coalesce(abs(TRY_CAST("coupon_disc" AS DECIMAL(18,4))), 0) AS DECIMAL(18,4)) AS discount, CAST("product_id" AS BIGINT) AS "product", CAST("store_id" AS BIGINT) AS "store", hash("household_id", "store_id", "basket_id", "product_id", "quantity", "sales_value", "retail_disc", "coupon_disc", "transaction_timestamp") AS row_mark FROM "transactions" AS raw WHERE (("quantity" < 10000) OR (("quantity" < 10000) IS NULL AND (("transaction_timestamp" IS NOT NULL AND CAST("transaction_timestamp" AS TIMESTAMP) IS NULL) OR ("quantity" IS NOT NULL AND TRY_CAST("quantity" AS DECIMAL(18,4)) IS NULL) OR ("sales_value" IS NOT NULL AND TRY_CAST("sales_value" AS DECIMAL(18,4)) IS NULL) OR ("retail_disc" IS NOT NULL AND TRY_CAST("retail_disc" AS DECIMAL(18,4)) IS NULL) OR ("coupon_disc" IS NOT NULL AND TRY_CAST("coupon_disc" AS DECIMAL(18,4)) IS NULL))));

SELECT count(*) AS whole FROM "transactions" AS raw;

CREATE OR REPLACE TEMP VIEW "tessera_source_1" AS SELECT CAST("product_id" AS BIGINT) AS "product", nullif(trim("brand"), '') AS "brand", nullif(trim("department"), '') AS "category", hash("product_id", "department", "brand") AS row_mark FROM "products" AS raw;

CREATE OR REPLACE TEMP VIEW "tessera_source_2" AS SELECT CAST("household_id" AS BIGINT) AS "customer", CAST(NULL AS TIMESTAMP) AS ts, nullif(trim(CAST("age" AS VARCHAR)), '') AS "attribute age", nullif(trim(CAST("income" AS VARCHAR)), '') AS "attribute income", CAST("household_size" AS DOUBLE) AS "attribute household_size", CAST(CASE WHEN "is_owner" THEN 1 WHEN NOT "is_owner" THEN 0 END AS DOUBLE) AS "attribute is_owner", CAST("since" AS DATE) AS "attribute since", hash("household_id", "age", "income", "household_size", "is_owner", "since") AS row_mark FROM "demographics" AS raw;

CREATE OR REPLACE TEMP VIEW "tessera_source_3" AS SELECT CAST("household_id" AS BIGINT) AS "customer", CAST(NULL AS TIMESTAMP) AS ts, nullif(trim("campaign_id"), '') AS "campaign", hash("campaign_id", "household_id") AS row_mark FROM "campaigns" AS raw;

CREATE OR REPLACE TEMP VIEW "tessera_source_4" AS SELECT CAST("start_date" AS TIMESTAMP) AS ts, ("start_date" IS NOT NULL AND CAST("start_date" AS TIMESTAMP) IS NULL) AS "bad_time", nullif(trim("campaign_id"), '') AS "campaign", hash("campaign_id", "start_date") AS row_mark FROM "campaign_descriptions" AS raw;

CREATE OR REPLACE TEMP VIEW "tessera_source_5" AS SELECT CAST("household_id" AS BIGINT) AS "customer", CAST(try_strptime(CAST(nullif(trim("at"), '') AS VARCHAR), '%d/%m/%Y %H:%M') AS TIMESTAMP) AS ts, (nullif(trim("at"), '') IS NOT NULL AND CAST(try_strptime(CAST(nullif(trim("at"), '') AS VARCHAR), '%d/%m/%Y %H:%M') AS TIMESTAMP) IS NULL) AS "bad_time", nullif(trim("coupon"), '') AS "type", hash("household_id", "coupon", "at") AS row_mark FROM "redemptions" AS raw;

SELECT count(*) AS unlisted FROM "tessera_source_2" AS t WHERE "attribute income" NOT IN ('low', 'middle', 'high');

SELECT count(*) AS rows_read, count(*) FILTER (WHERE TRUE AND (customer IS NULL)) AS reason_0, count(*) FILTER (WHERE TRUE AND NOT coalesce(customer IS NULL, FALSE) AND (ts IS NULL)) AS reason_1, count(*) FILTER (WHERE TRUE AND NOT coalesce(customer IS NULL, FALSE) AND NOT coalesce(ts IS NULL, FALSE) AND (ts >= TIMESTAMP '2018-01-01 00:00:00')) AS reason_2, count(*) FILTER (WHERE TRUE AND NOT coalesce(customer IS NULL, FALSE) AND NOT coalesce(ts IS NULL, FALSE) AND NOT coalesce(ts >= TIMESTAMP '2018-01-01 00:00:00', FALSE) AND (amount IS NULL)) AS reason_3, count(*) FILTER (WHERE TRUE AND NOT coalesce(customer IS NULL, FALSE) AND NOT coalesce(ts IS NULL, FALSE) AND NOT coalesce(ts >= TIMESTAMP '2018-01-01 00:00:00', FALSE) AND NOT coalesce(amount IS NULL, FALSE) AND (ts < TIMESTAMP '1900-01-02 00:00:00' OR (ts >= TIMESTAMP '1970-01-01 00:00:00' AND ts < TIMESTAMP '1970-01-02 00:00:00'))) AS implausible, count(*) FILTER (WHERE bad_time) AS bad_time, count(*) FILTER (WHERE bad_quantity) AS bad_quantity, count(*) FILTER (WHERE bad_amount) AS bad_amount, count(*) FILTER (WHERE bad_discount) AS bad_discount, count(*) FILTER (WHERE bad_discount_2) AS bad_discount_2, count(*) FILTER (WHERE TRUE AND NOT coalesce(customer IS NULL, FALSE) AND NOT coalesce(ts IS NULL, FALSE) AND NOT coalesce(ts >= TIMESTAMP '2018-01-01 00:00:00', FALSE) AND NOT coalesce(amount IS NULL, FALSE) AND (coalesce(amount, 0) < 0 OR coalesce(quantity, 0) < 0)) AS returned, count(*) FILTER (WHERE TRUE AND NOT coalesce(customer IS NULL, FALSE) AND NOT coalesce(ts IS NULL, FALSE) AND NOT coalesce(ts >= TIMESTAMP '2018-01-01 00:00:00', FALSE) AND NOT coalesce(amount IS NULL, FALSE) AND ts <> CAST(CAST(ts AS DATE) AS TIMESTAMP)) AS timed, sum(abs(CAST(amount AS DOUBLE))) + sum(CAST(discount AS DOUBLE)) AS volume, CAST(max(ts) FILTER (WHERE ts < TIMESTAMP '2018-01-01 00:00:00') AS DATE) AS last_day FROM "tessera_source_0" AS t;

SELECT count(*) AS rows_read FROM "tessera_source_1" AS t;

SELECT count(*) AS rows_read, count(*) FILTER (WHERE TRUE AND (customer IS NULL)) AS reason_0 FROM "tessera_source_2" AS t;

SELECT count(DISTINCT customer) AS repeated, count(*) AS places
FROM (SELECT customer FROM (SELECT * FROM "tessera_source_2" AS rows_of_source WHERE customer IS NOT NULL) AS t WHERE customer IS NOT NULL
  GROUP BY customer HAVING count(*) > 1) AS repeats;

SELECT count(*) AS rows_read, count(*) FILTER (WHERE TRUE AND (customer IS NULL)) AS reason_0, count(*) FILTER (WHERE TRUE AND NOT coalesce(customer IS NULL, FALSE) AND (ts IS NULL)) AS reason_1, count(*) FILTER (WHERE TRUE AND NOT coalesce(customer IS NULL, FALSE) AND NOT coalesce(ts IS NULL, FALSE) AND (ts >= TIMESTAMP '2018-01-01 00:00:00')) AS reason_2, count(*) FILTER (WHERE TRUE AND NOT coalesce(customer IS NULL, FALSE) AND NOT coalesce(ts IS NULL, FALSE) AND NOT coalesce(ts >= TIMESTAMP '2018-01-01 00:00:00', FALSE) AND (ts < TIMESTAMP '1900-01-02 00:00:00' OR (ts >= TIMESTAMP '1970-01-01 00:00:00' AND ts < TIMESTAMP '1970-01-02 00:00:00'))) AS implausible FROM (SELECT contact.customer, contact.campaign, contact.row_mark, start.ts FROM "tessera_source_3" AS contact
  LEFT JOIN (SELECT campaign, min(ts) AS ts FROM "tessera_source_4" AS k GROUP BY campaign) AS start
    ON start.campaign = contact.campaign) AS t;

SELECT count(*) AS rows_read, count(*) FILTER (WHERE TRUE AND (ts IS NULL)) AS reason_0, count(*) FILTER (WHERE TRUE AND NOT coalesce(ts IS NULL, FALSE) AND (ts >= TIMESTAMP '2018-01-01 00:00:00')) AS reason_1, count(*) FILTER (WHERE TRUE AND NOT coalesce(ts IS NULL, FALSE) AND NOT coalesce(ts >= TIMESTAMP '2018-01-01 00:00:00', FALSE) AND (ts < TIMESTAMP '1900-01-02 00:00:00' OR (ts >= TIMESTAMP '1970-01-01 00:00:00' AND ts < TIMESTAMP '1970-01-02 00:00:00'))) AS implausible, count(*) FILTER (WHERE bad_time) AS bad_time FROM "tessera_source_4" AS t;

SELECT count(*) AS rows_read, count(*) FILTER (WHERE TRUE AND (customer IS NULL)) AS reason_0, count(*) FILTER (WHERE TRUE AND NOT coalesce(customer IS NULL, FALSE) AND (ts IS NULL)) AS reason_1, count(*) FILTER (WHERE TRUE AND NOT coalesce(customer IS NULL, FALSE) AND NOT coalesce(ts IS NULL, FALSE) AND (ts >= TIMESTAMP '2018-01-01 00:00:00')) AS reason_2, count(*) FILTER (WHERE TRUE AND NOT coalesce(customer IS NULL, FALSE) AND NOT coalesce(ts IS NULL, FALSE) AND NOT coalesce(ts >= TIMESTAMP '2018-01-01 00:00:00', FALSE) AND (ts < TIMESTAMP '1900-01-02 00:00:00' OR (ts >= TIMESTAMP '1970-01-01 00:00:00' AND ts < TIMESTAMP '1970-01-02 00:00:00'))) AS implausible, count(*) FILTER (WHERE bad_time) AS bad_time FROM "tessera_source_5" AS t;

SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY CAST(CASE WHEN amount > 0 THEN amount END AS DOUBLE)) AS amount_0, percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(CASE WHEN amount > 0 THEN amount END AS DOUBLE)) AS amount_1, percentile_cont(0.75) WITHIN GROUP (ORDER BY CAST(CASE WHEN amount > 0 THEN amount END AS DOUBLE)) AS amount_2, percentile_cont(0.25) WITHIN GROUP (ORDER BY CAST(CASE WHEN quantity > 0 THEN quantity END AS DOUBLE)) AS quantity_0, percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(CASE WHEN quantity > 0 THEN quantity END AS DOUBLE)) AS quantity_1, percentile_cont(0.75) WITHIN GROUP (ORDER BY CAST(CASE WHEN quantity > 0 THEN quantity END AS DOUBLE)) AS quantity_2 FROM (SELECT * FROM "tessera_source_0" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00' AND amount IS NOT NULL) AS s;

CREATE TEMP TABLE tessera_buyers AS SELECT customer, sum(round(CAST(CASE WHEN amount > 0 THEN amount END AS DOUBLE) * 100)) AS spent, count(*) FILTER (WHERE NOT (coalesce(amount, 0) < 0 OR coalesce(quantity, 0) < 0)) AS bought FROM (SELECT * FROM "tessera_source_0" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00' AND amount IS NOT NULL) AS v GROUP BY customer;

SELECT count(*) AS looked, count("customer") AS present_0, count(DISTINCT "customer") AS different_0, count("ts") AS present_1, count(DISTINCT "ts") AS different_1, count("amount") AS present_2, count(DISTINCT "amount") AS different_2, count("quantity") AS present_3, count(DISTINCT "quantity") AS different_3, count("product") AS present_4, count(DISTINCT "product") AS different_4, count("store") AS present_5, count(DISTINCT "store") AS different_5
FROM (SELECT * FROM "tessera_source_0" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00' AND amount IS NOT NULL) AS s;

SELECT count(*) AS different FROM (
  SELECT DISTINCT "row_mark" FROM (SELECT * FROM "tessera_source_0" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00' AND amount IS NOT NULL) AS s) AS d;

SELECT count(*) AS unknown FROM (SELECT * FROM "tessera_source_0" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00' AND amount IS NOT NULL) AS s
LEFT JOIN (SELECT DISTINCT product FROM (SELECT * FROM "tessera_source_1" AS rows_of_source) AS o) AS known ON known.product = s.product
WHERE s.product IS NOT NULL AND known.product IS NULL;

SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY CAST(nullif(spent, 0) AS DOUBLE)) AS spent_0, percentile_cont(0.75) WITHIN GROUP (ORDER BY CAST(nullif(spent, 0) AS DOUBLE)) AS spent_2, sum(spent) AS spent, count(nullif(spent, 0)) AS spenders FROM tessera_buyers AS b;

SELECT count(*) AS customers FROM tessera_buyers AS b WHERE bought = 0;

SELECT count(*) AS looked, count("product") AS present_0, count(DISTINCT "product") AS different_0, count("category") AS present_1, count(DISTINCT "category") AS different_1, count("brand") AS present_2, count(DISTINCT "brand") AS different_2
FROM (SELECT * FROM "tessera_source_1" AS rows_of_source) AS s;

SELECT count(*) AS different FROM (
  SELECT DISTINCT "row_mark" FROM (SELECT * FROM "tessera_source_1" AS rows_of_source) AS s) AS d;

SELECT count(*) AS products, sum(row_count) AS row_count FROM (
  SELECT product, count(*) AS row_count FROM (SELECT * FROM "tessera_source_1" AS rows_of_source) AS p WHERE product IS NOT NULL
  GROUP BY product HAVING count(DISTINCT "category") > 1) AS d;

SELECT count(*) AS products, sum(row_count) AS row_count FROM (
  SELECT product, count(*) AS row_count FROM (SELECT * FROM "tessera_source_1" AS rows_of_source) AS p WHERE product IS NOT NULL
  GROUP BY product HAVING count(DISTINCT "brand") > 1) AS d;

SELECT count(*) AS looked, count("customer") AS present_0, count(DISTINCT "customer") AS different_0, count("attribute age") AS present_1, count(DISTINCT "attribute age") AS different_1, count("attribute income") AS present_2, count(DISTINCT "attribute income") AS different_2, count("attribute household_size") AS present_3, count(DISTINCT "attribute household_size") AS different_3, count(*) FILTER (WHERE "attribute household_size" <> floor("attribute household_size")) AS broken_3, min("attribute household_size") AS least_3, max("attribute household_size") AS greatest_3, count("attribute is_owner") AS present_4, count(DISTINCT "attribute is_owner") AS different_4, count(*) FILTER (WHERE "attribute is_owner" <> floor("attribute is_owner")) AS broken_4, min("attribute is_owner") AS least_4, max("attribute is_owner") AS greatest_4, count("attribute since") AS present_5, count(DISTINCT "attribute since") AS different_5, count(*) FILTER (WHERE "attribute since" > DATE '2017-12-31') AS later_5
FROM (SELECT * FROM "tessera_source_2" AS rows_of_source WHERE customer IS NOT NULL) AS s;

SELECT count(*) AS different FROM (
  SELECT DISTINCT "row_mark" FROM (SELECT * FROM "tessera_source_2" AS rows_of_source WHERE customer IS NOT NULL) AS s) AS d;

SELECT count(*) AS customers, count(*) FILTER (WHERE bought.customer IS NULL) AS strangers
FROM (SELECT DISTINCT customer FROM (SELECT * FROM "tessera_source_2" AS rows_of_source WHERE customer IS NOT NULL) AS s) AS seen
LEFT JOIN tessera_buyers AS bought ON bought.customer = seen.customer;

SELECT count(*) AS looked, count("customer") AS present_0, count(DISTINCT "customer") AS different_0, count("campaign") AS present_1, count(DISTINCT "campaign") AS different_1
FROM (SELECT * FROM (SELECT contact.customer, contact.campaign, contact.row_mark, start.ts FROM "tessera_source_3" AS contact
  LEFT JOIN (SELECT campaign, min(ts) AS ts FROM "tessera_source_4" AS k GROUP BY campaign) AS start
    ON start.campaign = contact.campaign) AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00') AS s;

SELECT count(*) AS different FROM (
  SELECT DISTINCT "row_mark" FROM (SELECT * FROM (SELECT contact.customer, contact.campaign, contact.row_mark, start.ts FROM "tessera_source_3" AS contact
  LEFT JOIN (SELECT campaign, min(ts) AS ts FROM "tessera_source_4" AS k GROUP BY campaign) AS start
    ON start.campaign = contact.campaign) AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00') AS s) AS d;

SELECT count(*) AS customers, count(*) FILTER (WHERE bought.customer IS NULL) AS strangers
FROM (SELECT DISTINCT customer FROM (SELECT * FROM (SELECT contact.customer, contact.campaign, contact.row_mark, start.ts FROM "tessera_source_3" AS contact
  LEFT JOIN (SELECT campaign, min(ts) AS ts FROM "tessera_source_4" AS k GROUP BY campaign) AS start
    ON start.campaign = contact.campaign) AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00') AS s) AS seen
LEFT JOIN tessera_buyers AS bought ON bought.customer = seen.customer;

SELECT count(*) AS looked, count("ts") AS present_0, count(DISTINCT "ts") AS different_0, count("campaign") AS present_1, count(DISTINCT "campaign") AS different_1
FROM (SELECT * FROM "tessera_source_4" AS rows_of_source WHERE ts < TIMESTAMP '2018-01-01 00:00:00') AS s;

SELECT count(*) AS different FROM (
  SELECT DISTINCT "row_mark" FROM (SELECT * FROM "tessera_source_4" AS rows_of_source WHERE ts < TIMESTAMP '2018-01-01 00:00:00') AS s) AS d;

SELECT count(*) AS looked, count("customer") AS present_0, count(DISTINCT "customer") AS different_0, count("ts") AS present_1, count(DISTINCT "ts") AS different_1, count("type") AS present_2, count(DISTINCT "type") AS different_2
FROM (SELECT * FROM "tessera_source_5" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00') AS s;

SELECT count(*) AS different FROM (
  SELECT DISTINCT "row_mark" FROM (SELECT * FROM "tessera_source_5" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00') AS s) AS d;

SELECT count(*) AS customers, count(*) FILTER (WHERE bought.customer IS NULL) AS strangers
FROM (SELECT DISTINCT customer FROM (SELECT * FROM "tessera_source_5" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00') AS s) AS seen
LEFT JOIN tessera_buyers AS bought ON bought.customer = seen.customer;

DROP TABLE IF EXISTS tessera_buyers;

SELECT category, count(*) AS reached
FROM (SELECT category, customer FROM (SELECT * FROM (SELECT line.*, product_category.category AS category, product_category.brand AS brand FROM (SELECT * FROM "tessera_source_0" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00' AND amount IS NOT NULL) AS line
LEFT JOIN (SELECT product, min(category) AS category, min(brand) AS brand FROM (SELECT * FROM "tessera_source_1" AS rows_of_source) AS p GROUP BY product)
  AS product_category ON line.product = product_category.product) AS l WHERE NOT (coalesce(amount, 0) < 0 OR coalesce(quantity, 0) < 0)) AS l GROUP BY category, customer) AS pairs
GROUP BY category ORDER BY category IS NULL, reached DESC, category;

CREATE TEMP TABLE tessera_orders AS SELECT customer, order_id, min(ts) AS ts, CAST(min(ts) AS DATE) AS day,
  CAST(DATE '2017-12-31' - CAST(min(ts) AS DATE) AS INT) AS age,
  CAST(sum(amount) AS DECIMAL(18,4)) AS value, CAST(round(CAST(sum(amount) AS DOUBLE) * 10000) AS BIGINT) AS units,
  CAST(round(CAST(sum(amount) AS DOUBLE) * 100) AS BIGINT) AS cents,
  sum(quantity) AS items, count(*) AS lines, CAST(sum(discount) AS DECIMAL(18,4)) AS discount
FROM (SELECT * FROM (SELECT line.*, product_category.category AS category, product_category.brand AS brand FROM (SELECT * FROM "tessera_source_0" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00' AND amount IS NOT NULL) AS line
LEFT JOIN (SELECT product, min(category) AS category, min(brand) AS brand FROM (SELECT * FROM "tessera_source_1" AS rows_of_source) AS p GROUP BY product)
  AS product_category ON line.product = product_category.product) AS l WHERE NOT (coalesce(amount, 0) < 0 OR coalesce(quantity, 0) < 0)) AS p GROUP BY customer, order_id;

WITH orders AS (SELECT * FROM tessera_orders AS k)
SELECT percentile_cont(0.2) WITHIN GROUP (ORDER BY CAST(recency AS DOUBLE)) AS recency_1,
  percentile_cont(0.4) WITHIN GROUP (ORDER BY CAST(recency AS DOUBLE)) AS recency_2,
  percentile_cont(0.6) WITHIN GROUP (ORDER BY CAST(recency AS DOUBLE)) AS recency_3,
  percentile_cont(0.8) WITHIN GROUP (ORDER BY CAST(recency AS DOUBLE)) AS recency_4,
  percentile_cont(0.2) WITHIN GROUP (ORDER BY CAST(frequency AS DOUBLE)) AS frequency_1,
  percentile_cont(0.4) WITHIN GROUP (ORDER BY CAST(frequency AS DOUBLE)) AS frequency_2,
  percentile_cont(0.6) WITHIN GROUP (ORDER BY CAST(frequency AS DOUBLE)) AS frequency_3,
  percentile_cont(0.8) WITHIN GROUP (ORDER BY CAST(frequency AS DOUBLE)) AS frequency_4,
  percentile_cont(0.2) WITHIN GROUP (ORDER BY CAST(monetary AS DOUBLE)) AS monetary_1,
  percentile_cont(0.4) WITHIN GROUP (ORDER BY CAST(monetary AS DOUBLE)) AS monetary_2,
  percentile_cont(0.6) WITHIN GROUP (ORDER BY CAST(monetary AS DOUBLE)) AS monetary_3,
  percentile_cont(0.8) WITHIN GROUP (ORDER BY CAST(monetary AS DOUBLE)) AS monetary_4
FROM (SELECT customer, min(age) AS recency, count(*) AS frequency, sum(value) AS monetary
  FROM orders GROUP BY customer) AS c;

WITH orders AS (SELECT * FROM tessera_orders AS k)
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(gap AS DOUBLE)) AS median_gap FROM (SELECT customer, day, age, CAST(day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS INT) AS gap,
  CAST(row_number() OVER (PARTITION BY customer ORDER BY day) AS INT) AS place, min(day) OVER (PARTITION BY customer ORDER BY day) AS first_day
FROM (SELECT customer, day, min(age) AS age FROM orders GROUP BY customer, day) AS d) AS d;

CREATE TEMP TABLE tessera_choices AS SELECT customer, CAST("category" AS VARCHAR) AS choice, CAST(round(CAST(sum(amount) AS DOUBLE) * 100) AS BIGINT) AS cents, count(*) AS line_count
  FROM (SELECT * FROM (SELECT line.*, product_category.category AS category, product_category.brand AS brand FROM (SELECT * FROM "tessera_source_0" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00' AND amount IS NOT NULL) AS line
LEFT JOIN (SELECT product, min(category) AS category, min(brand) AS brand FROM (SELECT * FROM "tessera_source_1" AS rows_of_source) AS p GROUP BY product)
  AS product_category ON line.product = product_category.product) AS l WHERE NOT (coalesce(amount, 0) < 0 OR coalesce(quantity, 0) < 0)) AS p GROUP BY customer, CAST("category" AS VARCHAR);

SELECT count(*) AS customers, CAST(sum(cents) AS DOUBLE) AS cents,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(cents AS DOUBLE)) AS median_cents
FROM (SELECT customer, sum(cents) AS cents FROM tessera_choices AS c GROUP BY customer) AS t;

SELECT choice, count(*) AS reached, CAST(sum(cents) AS DOUBLE) AS cents
FROM tessera_choices AS c WHERE choice IS NOT NULL
GROUP BY choice ORDER BY reached DESC, choice LIMIT 200;

DROP TABLE IF EXISTS tessera_choices;

CREATE TEMP TABLE tessera_choices AS SELECT customer, CAST("brand" AS VARCHAR) AS choice, CAST(round(CAST(sum(amount) AS DOUBLE) * 100) AS BIGINT) AS cents, count(*) AS line_count
  FROM (SELECT * FROM (SELECT line.*, product_category.category AS category, product_category.brand AS brand FROM (SELECT * FROM "tessera_source_0" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00' AND amount IS NOT NULL) AS line
LEFT JOIN (SELECT product, min(category) AS category, min(brand) AS brand FROM (SELECT * FROM "tessera_source_1" AS rows_of_source) AS p GROUP BY product)
  AS product_category ON line.product = product_category.product) AS l WHERE NOT (coalesce(amount, 0) < 0 OR coalesce(quantity, 0) < 0)) AS p GROUP BY customer, CAST("brand" AS VARCHAR);

SELECT count(*) AS customers, CAST(sum(cents) AS DOUBLE) AS cents,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(cents AS DOUBLE)) AS median_cents
FROM (SELECT customer, sum(cents) AS cents FROM tessera_choices AS c GROUP BY customer) AS t;

SELECT choice, count(*) AS reached, CAST(sum(cents) AS DOUBLE) AS cents
FROM tessera_choices AS c WHERE choice IS NOT NULL
GROUP BY choice ORDER BY reached DESC, choice LIMIT 200;

DROP TABLE IF EXISTS tessera_choices;

WITH orders AS (SELECT * FROM tessera_orders AS k) SELECT count(*) AS judged, sum(answered) AS answered FROM (SELECT contact.customer, contact.campaign, contact.day, max(CASE WHEN bought.day IS NULL THEN 0 ELSE 1 END) AS answered
  
FROM (SELECT customer, campaign, CAST(ts AS DATE) AS day FROM (SELECT * FROM (SELECT contact.customer, contact.campaign, contact.row_mark, start.ts FROM "tessera_source_3" AS contact
  LEFT JOIN (SELECT campaign, min(ts) AS ts FROM "tessera_source_4" AS k GROUP BY campaign) AS start
    ON start.campaign = contact.campaign) AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00') AS r
  WHERE CAST(DATE '2017-12-31' - CAST(ts AS DATE) AS INT) >= 13
  GROUP BY customer, campaign, CAST(ts AS DATE)) AS contact
LEFT JOIN (SELECT DISTINCT customer, day FROM orders) AS bought
  ON bought.customer = contact.customer AND bought.day >= contact.day
    AND CAST(bought.day - contact.day AS INT) < 14
GROUP BY contact.customer, contact.campaign, contact.day) AS r WHERE customer IN (SELECT customer FROM orders);

SELECT value, count(*) AS reached FROM (SELECT CAST("type" AS VARCHAR) AS value, customer FROM (SELECT * FROM "tessera_source_5" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00') AS r
  WHERE "type" IS NOT NULL GROUP BY CAST("type" AS VARCHAR), customer) AS pairs
GROUP BY value ORDER BY reached DESC, value LIMIT 1000;

CREATE TEMP TABLE tessera_features AS WITH orders AS (
SELECT * FROM tessera_orders AS k),
product_days AS (
SELECT customer, product, day, age, line_count, CAST(day - lag(day) OVER (PARTITION BY customer, product ORDER BY day) AS INT) AS gap,
  CAST(row_number() OVER (PARTITION BY customer, product ORDER BY day) AS INT) AS place
FROM (SELECT customer, product, day, CAST(DATE '2017-12-31' - CAST(day AS DATE) AS INT) AS age, line_count
  FROM (SELECT customer, product, CAST(ts AS DATE) AS day, count(*) AS line_count
    FROM (SELECT * FROM (SELECT line.*, product_category.category AS category, product_category.brand AS brand FROM (SELECT * FROM "tessera_source_0" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00' AND amount IS NOT NULL) AS line
LEFT JOIN (SELECT product, min(category) AS category, min(brand) AS brand FROM (SELECT * FROM "tessera_source_1" AS rows_of_source) AS p GROUP BY product)
  AS product_category ON line.product = product_category.product) AS l WHERE NOT (coalesce(amount, 0) < 0 OR coalesce(quantity, 0) < 0)) AS l WHERE product IS NOT NULL GROUP BY customer, product, CAST(ts AS DATE)) AS g) AS d),
"by_order" AS (
  SELECT customer, max(day) AS "last_day",
    count(*) AS "orders",
    count(*) FILTER (WHERE age < 7) AS "orders_7d",
    count(*) FILTER (WHERE age < 30) AS "orders_30d",
    count(*) FILTER (WHERE age < 90) AS "orders_90d",
    count(*) FILTER (WHERE age < 180) AS "orders_180d",
    count(*) FILTER (WHERE age < 365) AS "orders_365d",
    sum(CAST(floor(power(CAST(0.5 AS DOUBLE), least(CAST(age AS DOUBLE) / CAST(90 AS DOUBLE), CAST(60 AS DOUBLE))) * CAST(1000000000 AS DOUBLE) + CAST(0.5 AS DOUBLE)) AS DECIMAL(38,0))) AS "decayed_orders",
    sum(value) AS "order_value",
    sum(value) FILTER (WHERE age < 7) AS "monetary_7d",
    sum(value) FILTER (WHERE age < 30) AS "monetary_30d",
    sum(value) FILTER (WHERE age < 90) AS "monetary_90d",
    sum(value) FILTER (WHERE age < 180) AS "monetary_180d",
    sum(value) FILTER (WHERE age < 365) AS "monetary_365d",
    sum(CAST(units AS DECIMAL(38,0)) * CAST(floor(power(CAST(0.5 AS DOUBLE), least(CAST(age AS DOUBLE) / CAST(90 AS DOUBLE), CAST(60 AS DOUBLE))) * CAST(1000000000 AS DOUBLE) + CAST(0.5 AS DOUBLE)) AS DECIMAL(38,0))) AS "decayed_value",
    min(day) AS "first_day",
    sum(CAST(cents AS DECIMAL(38,0))) AS "value_cents",
    sum(CAST(cents AS DECIMAL(38,0)) * CAST(cents AS DECIMAL(38,0))) AS "value_squares",
    max(value) AS "largest_value",
    sum(items) AS "order_items",
    sum(lines) AS "order_lines",
    sum(items) FILTER (WHERE age < 7) AS "items_7d",
    sum(items) FILTER (WHERE age < 30) AS "items_30d",
    sum(items) FILTER (WHERE age < 90) AS "items_90d",
    sum(items) FILTER (WHERE age < 180) AS "items_180d",
    sum(items) FILTER (WHERE age < 365) AS "items_365d",
    sum(lines) FILTER (WHERE age < 7) AS "lines_7d",
    sum(lines) FILTER (WHERE age < 30) AS "lines_30d",
    sum(lines) FILTER (WHERE age < 90) AS "lines_90d",
    sum(lines) FILTER (WHERE age < 180) AS "lines_180d",
    sum(lines) FILTER (WHERE age < 365) AS "lines_365d",
    min(age) AS "youngest_age",
    count(*) FILTER (WHERE age < 30) AS "orders_recent_30",
    count(*) FILTER (WHERE age >= 30 AND age < 60) AS "orders_previous_30",
    count(*) FILTER (WHERE age < 90) AS "orders_recent_90",
    count(*) FILTER (WHERE age >= 90 AND age < 180) AS "orders_previous_90",
    sum(value) FILTER (WHERE age < 30) AS "monetary_recent_30",
    sum(value) FILTER (WHERE age >= 30 AND age < 60) AS "monetary_previous_30",
    sum(value) FILTER (WHERE age < 90) AS "monetary_recent_90",
    sum(value) FILTER (WHERE age >= 90 AND age < 180) AS "monetary_previous_90",
    max(age) AS "oldest_age",
    count(*) FILTER (WHERE discount > 0) AS "orders_on_offer",
    count(*) FILTER (WHERE CAST(extract(month FROM day) AS INT) >= 1 AND CAST(extract(month FROM day) AS INT) <= 3) AS "orders_quarter_1",
    count(*) FILTER (WHERE CAST(extract(month FROM day) AS INT) >= 4 AND CAST(extract(month FROM day) AS INT) <= 6) AS "orders_quarter_2",
    count(*) FILTER (WHERE CAST(extract(month FROM day) AS INT) >= 7 AND CAST(extract(month FROM day) AS INT) <= 9) AS "orders_quarter_3",
    count(*) FILTER (WHERE CAST(extract(month FROM day) AS INT) >= 10 AND CAST(extract(month FROM day) AS INT) <= 12) AS "orders_quarter_4",
    count(*) FILTER (WHERE ((CAST(day - DATE '1970-01-05' AS INT) % 7) + 7) % 7 = 0) AS "orders_monday",
    count(*) FILTER (WHERE ((CAST(day - DATE '1970-01-05' AS INT) % 7) + 7) % 7 = 1) AS "orders_tuesday",
    count(*) FILTER (WHERE ((CAST(day - DATE '1970-01-05' AS INT) % 7) + 7) % 7 = 2) AS "orders_wednesday",
    count(*) FILTER (WHERE ((CAST(day - DATE '1970-01-05' AS INT) % 7) + 7) % 7 = 3) AS "orders_thursday",
    count(*) FILTER (WHERE ((CAST(day - DATE '1970-01-05' AS INT) % 7) + 7) % 7 = 4) AS "orders_friday",
    count(*) FILTER (WHERE ((CAST(day - DATE '1970-01-05' AS INT) % 7) + 7) % 7 = 5) AS "orders_saturday",
    count(*) FILTER (WHERE ((CAST(day - DATE '1970-01-05' AS INT) % 7) + 7) % 7 = 6) AS "orders_sunday",
    count(*) FILTER (WHERE CAST(extract(hour FROM ts) AS INT) >= 0 AND CAST(extract(hour FROM ts) AS INT) < 6) AS "orders_night",
    count(*) FILTER (WHERE CAST(extract(hour FROM ts) AS INT) >= 6 AND CAST(extract(hour FROM ts) AS INT) < 12) AS "orders_morning",
    count(*) FILTER (WHERE CAST(extract(hour FROM ts) AS INT) >= 12 AND CAST(extract(hour FROM ts) AS INT) < 18) AS "orders_afternoon",
    count(*) FILTER (WHERE CAST(extract(hour FROM ts) AS INT) >= 18 AND CAST(extract(hour FROM ts) AS INT) < 24) AS "orders_evening"
  FROM (SELECT * FROM orders) AS r GROUP BY customer),
"by_day" AS (
  SELECT customer, count(*) AS "order_days",
    count(gap) AS "gaps",
    sum(CAST(gap AS DECIMAL(18,0))) AS "gap_sum",
    sum(CAST(gap AS DECIMAL(18,0)) * CAST(gap AS DECIMAL(18,0))) AS "gap_squares",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(gap AS DOUBLE)) AS "gap_median",
    max(gap) AS "gap_longest"
  FROM (SELECT customer, day, age, CAST(day - lag(day) OVER (PARTITION BY customer ORDER BY day) AS INT) AS gap,
  CAST(row_number() OVER (PARTITION BY customer ORDER BY day) AS INT) AS place, min(day) OVER (PARTITION BY customer ORDER BY day) AS first_day
FROM (SELECT customer, day, min(age) AS age FROM orders GROUP BY customer, day) AS d) AS r GROUP BY customer),
"by_month" AS (
  SELECT customer, sum(cents) AS "month_sum",
    sum(cents * cents) AS "month_squares"
  FROM (SELECT customer, age_month, CAST(sum(cents) AS DECIMAL(38,0)) AS cents
FROM (SELECT customer, cents, CAST(floor(CAST(age AS DOUBLE) / 30) AS INT) AS age_month
  FROM orders WHERE age < 360) AS m
GROUP BY customer, age_month) AS r GROUP BY customer),
"by_line" AS (
  SELECT customer, sum(amount_units) AS "line_amount",
    sum(discount_units) AS "line_discount",
    count(*) AS "lines",
    count(*) FILTER (WHERE discount > 0) AS "lines_on_offer",
    sum(CASE WHEN discount > 0 THEN amount_units ELSE 0 END) AS "amount_on_offer",
    sum(CASE WHEN discount > 0 THEN 0 ELSE amount_units END) AS "amount_full_price",
    sum(CASE WHEN category = 'GROCERY' THEN amount_units ELSE 0 END) AS "amount_share_grocery",
    sum(CASE WHEN category = 'MEN''S' THEN amount_units ELSE 0 END) AS "amount_share_men_s",
    sum(CASE WHEN category IN ('GROCERY', 'MEN''S') THEN 0 ELSE amount_units END) AS "amount_other",
    count(DISTINCT store) AS "stores"
  FROM (SELECT *, CAST(DATE '2017-12-31' - CAST(ts AS DATE) AS INT) AS age, round(CAST(amount AS DOUBLE) * 10000) AS amount_units, round(CAST(discount AS DOUBLE) * 10000) AS discount_units
FROM (SELECT * FROM (SELECT line.*, product_category.category AS category, product_category.brand AS brand FROM (SELECT * FROM "tessera_source_0" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00' AND amount IS NOT NULL) AS line
LEFT JOIN (SELECT product, min(category) AS category, min(brand) AS brand FROM (SELECT * FROM "tessera_source_1" AS rows_of_source) AS p GROUP BY product)
  AS product_category ON line.product = product_category.product) AS l WHERE NOT (coalesce(amount, 0) < 0 OR coalesce(quantity, 0) < 0)) AS u) AS r GROUP BY customer),
"by_return" AS (
  SELECT customer, count(*) AS "returned_lines",
    sum(abs(amount_units)) AS "returned_amount"
  FROM (SELECT *, CAST(DATE '2017-12-31' - CAST(ts AS DATE) AS INT) AS age, round(CAST(amount AS DOUBLE) * 10000) AS amount_units, round(CAST(discount AS DOUBLE) * 10000) AS discount_units
FROM (SELECT * FROM (SELECT line.*, product_category.category AS category, product_category.brand AS brand FROM (SELECT * FROM "tessera_source_0" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00' AND amount IS NOT NULL) AS line
LEFT JOIN (SELECT product, min(category) AS category, min(brand) AS brand FROM (SELECT * FROM "tessera_source_1" AS rows_of_source) AS p GROUP BY product)
  AS product_category ON line.product = product_category.product) AS l WHERE (coalesce(amount, 0) < 0 OR coalesce(quantity, 0) < 0)) AS u) AS r GROUP BY customer),
"by_product_day" AS (
  SELECT customer, sum(line_count) AS "product_lines",
    sum(CASE WHEN place > 1 THEN line_count ELSE 0 END) AS "repeat_lines",
    count(*) FILTER (WHERE place = 3) AS "staples",
    percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(gap AS DOUBLE)) AS "product_gap"
  FROM (SELECT * FROM product_days) AS r GROUP BY customer),
"by_regular_product" AS (
  SELECT customer, max(gap_median) AS "regular_gap",
    max(last_age) AS "regular_age"
  FROM (SELECT customer, gap_median, last_age FROM (
  SELECT customer, gap_median, last_age, row_number() OVER (PARTITION BY customer
    ORDER BY CAST(gaps * squares AS DOUBLE) / nullif(CAST(gap_sum * gap_sum AS DOUBLE), 0), gaps DESC, last_age, product) AS place
  FROM (SELECT customer, product, percentile_cont(0.5) WITHIN GROUP (ORDER BY CAST(gap AS DOUBLE)) AS gap_median, min(age) AS last_age,
      CAST(count(gap) AS DECIMAL(38,0)) AS gaps, CAST(sum(CAST(gap AS DECIMAL(38,0))) AS DECIMAL(38,0)) AS gap_sum,
      CAST(sum(CAST(gap AS DECIMAL(38,0)) * CAST(gap AS DECIMAL(38,0))) AS DECIMAL(38,0)) AS squares
    FROM product_days WHERE gap IS NOT NULL GROUP BY customer, product HAVING count(gap) >= 2) AS g) AS r
WHERE place = 1) AS r GROUP BY customer),
"by_campaign_campaigns" AS (
  SELECT customer, count(DISTINCT campaign) AS "campaigns",
    max(day) AS "last_day"
  FROM (SELECT *, CAST(ts AS DATE) AS day, CAST(DATE '2017-12-31' - CAST(ts AS DATE) AS INT) AS age FROM (SELECT * FROM (SELECT contact.customer, contact.campaign, contact.row_mark, start.ts FROM "tessera_source_3" AS contact
  LEFT JOIN (SELECT campaign, min(ts) AS ts FROM "tessera_source_4" AS k GROUP BY campaign) AS start
    ON start.campaign = contact.campaign) AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00') AS c) AS r GROUP BY customer),
"by_event_redemptions" AS (
  SELECT customer, count(*) AS "events",
    max(day) AS "last_day",
    count(DISTINCT day) FILTER (WHERE age < 7) AS "active_days_7d",
    count(DISTINCT day) FILTER (WHERE age < 30) AS "active_days_30d",
    count(DISTINCT day) FILTER (WHERE age < 90) AS "active_days_90d",
    count(DISTINCT day) FILTER (WHERE age < 180) AS "active_days_180d",
    count(DISTINCT day) FILTER (WHERE age < 365) AS "active_days_365d",
    count(*) FILTER (WHERE age < 30) AS "events_recent",
    count(*) FILTER (WHERE age >= 30 AND age < 60) AS "events_previous",
    max(age) AS "first_age",
    min(age) AS "last_age",
    count(DISTINCT day) AS "active_days"
  FROM (SELECT *, CAST(ts AS DATE) AS day, CAST(DATE '2017-12-31' - CAST(ts AS DATE) AS INT) AS age FROM (SELECT * FROM "tessera_source_5" AS rows_of_source WHERE customer IS NOT NULL AND ts < TIMESTAMP '2018-01-01 00:00:00') AS e) AS r GROUP BY customer),
"attributes_demographics" AS (
  SELECT customer, max("attribute age") AS "attribute_1",
    max(CASE "attribute income" WHEN 'low' THEN 0 WHEN 'middle' THEN 1 WHEN 'high' THEN 2 END) AS "attribute_2",
    max("attribute household_size") AS "attribute_3",
    max("attribute is_owner") AS "attribute_4",
    max("attribute since") AS "attribute_5"
  FROM (SELECT * FROM "tessera_source_2" AS rows_of_source WHERE customer IS NOT NULL) AS r GROUP BY customer),
population AS (SELECT customer FROM "by_order")
SELECT population.customer AS "household_id",
  CAST(DATE '2017-12-31' - "by_order"."last_day" AS INT) AS "recency_days",
  coalesce("by_order"."orders", 0) AS "orders",
  coalesce("by_day"."order_days", 0) AS "order_days",
  coalesce(CAST("by_order"."orders_7d" AS DOUBLE), 0) AS "orders_7d",
  coalesce(CAST("by_order"."orders_30d" AS DOUBLE), 0) AS "orders_30d",
  coalesce(CAST("by_order"."orders_90d" AS DOUBLE), 0) AS "orders_90d",
  coalesce(CAST("by_order"."orders_180d" AS DOUBLE), 0) AS "orders_180d",
  coalesce(CAST("by_order"."orders_365d" AS DOUBLE), 0) AS "orders_365d",
  coalesce(CAST("by_order"."decayed_orders" AS DOUBLE) / CAST(1000000000 AS DOUBLE), 0) AS "orders_decayed",
  coalesce(CAST("by_order"."order_value" AS DOUBLE), 0) AS "monetary",
  coalesce(CAST("by_order"."monetary_7d" AS DOUBLE), 0) AS "monetary_7d",
  coalesce(CAST("by_order"."monetary_30d" AS DOUBLE), 0) AS "monetary_30d",
  coalesce(CAST("by_order"."monetary_90d" AS DOUBLE), 0) AS "monetary_90d",
  coalesce(CAST("by_order"."monetary_180d" AS DOUBLE), 0) AS "monetary_180d",
  coalesce(CAST("by_order"."monetary_365d" AS DOUBLE), 0) AS "monetary_365d",
  coalesce(CAST("by_order"."decayed_value" AS DOUBLE) / CAST(10000000000000 AS DOUBLE), 0) AS "monetary_decayed",
  CAST(DATE '2017-12-31' - "by_order"."first_day" AS INT) AS "tenure_days",
  CAST("by_order"."order_value" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0) AS "basket_value_mean",
  sqrt(CAST(CAST("by_order"."orders" AS DECIMAL(18,0)) * "by_order"."value_squares" - "by_order"."value_cents" * "by_order"."value_cents" AS DOUBLE) / nullif(CAST(CAST("by_order"."orders" AS DECIMAL(18,0)) * ("by_order"."orders" - 1) AS DOUBLE), 0)) / 100 AS "basket_value_sd",
  CAST("by_order"."largest_value" AS DOUBLE) AS "basket_value_max",
  CASE WHEN "by_order"."order_value" > 0 THEN CAST("by_order"."largest_value" AS DOUBLE) / nullif(CAST("by_order"."order_value" AS DOUBLE), 0) END AS "largest_order_share",
  CAST("by_order"."order_items" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0) AS "basket_items_mean",
  CAST("by_order"."order_lines" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0) AS "basket_lines_mean",
  coalesce(CAST("by_order"."items_7d" AS DOUBLE), 0) AS "items_7d",
  coalesce(CAST("by_order"."items_30d" AS DOUBLE), 0) AS "items_30d",
  coalesce(CAST("by_order"."items_90d" AS DOUBLE), 0) AS "items_90d",
  coalesce(CAST("by_order"."items_180d" AS DOUBLE), 0) AS "items_180d",
  coalesce(CAST("by_order"."items_365d" AS DOUBLE), 0) AS "items_365d",
  coalesce(CAST("by_order"."lines_7d" AS DOUBLE), 0) AS "lines_7d",
  coalesce(CAST("by_order"."lines_30d" AS DOUBLE), 0) AS "lines_30d",
  coalesce(CAST("by_order"."lines_90d" AS DOUBLE), 0) AS "lines_90d",
  coalesce(CAST("by_order"."lines_180d" AS DOUBLE), 0) AS "lines_180d",
  coalesce(CAST("by_order"."lines_365d" AS DOUBLE), 0) AS "lines_365d",
  CAST("by_day"."gap_sum" AS DOUBLE) / nullif(CAST("by_day"."gaps" AS DOUBLE), 0) AS "gap_days_mean",
  sqrt(CAST(CAST("by_day"."gaps" AS DECIMAL(18,0)) * "by_day"."gap_squares" - "by_day"."gap_sum" * "by_day"."gap_sum" AS DOUBLE) / nullif(CAST(CAST("by_day"."gaps" AS DECIMAL(18,0)) * ("by_day"."gaps" - 1) AS DOUBLE), 0)) AS "gap_days_sd",
  CAST("by_day"."gap_median" AS DOUBLE) AS "gap_days_median",
  CAST("by_day"."gap_longest" AS DOUBLE) AS "gap_days_max",
  CAST("by_order"."youngest_age" * "by_day"."gaps" AS DOUBLE) / nullif(CAST("by_day"."gap_sum" AS DOUBLE), 0) AS "recency_gaps",
  coalesce(CAST((coalesce("by_order"."orders_recent_30", 0) - coalesce("by_order"."orders_previous_30", 0)) AS DOUBLE) / nullif(CAST((abs(coalesce("by_order"."orders_recent_30", 0)) + abs(coalesce("by_order"."orders_previous_30", 0))) AS DOUBLE), 0), 0) AS "orders_trend_30d",
  coalesce(CAST((coalesce("by_order"."orders_recent_90", 0) - coalesce("by_order"."orders_previous_90", 0)) AS DOUBLE) / nullif(CAST((abs(coalesce("by_order"."orders_recent_90", 0)) + abs(coalesce("by_order"."orders_previous_90", 0))) AS DOUBLE), 0), 0) AS "orders_trend_90d",
  coalesce(CAST((coalesce("by_order"."monetary_recent_30", 0) - coalesce("by_order"."monetary_previous_30", 0)) AS DOUBLE) / nullif(CAST((abs(coalesce("by_order"."monetary_recent_30", 0)) + abs(coalesce("by_order"."monetary_previous_30", 0))) AS DOUBLE), 0), 0) AS "monetary_trend_30d",
  coalesce(CAST((coalesce("by_order"."monetary_recent_90", 0) - coalesce("by_order"."monetary_previous_90", 0)) AS DOUBLE) / nullif(CAST((abs(coalesce("by_order"."monetary_recent_90", 0)) + abs(coalesce("by_order"."monetary_previous_90", 0))) AS DOUBLE), 0), 0) AS "monetary_trend_90d",
  sqrt(CAST((CAST(least(12, CAST(floor(CAST("by_order"."oldest_age" AS DOUBLE) / 30) AS INT) + 1) AS DECIMAL(18,0)) * "by_month"."month_squares" - "by_month"."month_sum" * "by_month"."month_sum") AS DOUBLE) / nullif(CAST((CAST(least(12, CAST(floor(CAST("by_order"."oldest_age" AS DOUBLE) / 30) AS INT) + 1) AS DECIMAL(18,0)) * (CAST(least(12, CAST(floor(CAST("by_order"."oldest_age" AS DOUBLE) / 30) AS INT) + 1) AS DECIMAL(18,0)) - 1)) AS DOUBLE), 0)) * CAST(CAST(least(12, CAST(floor(CAST("by_order"."oldest_age" AS DOUBLE) / 30) AS INT) + 1) AS DECIMAL(18,0)) AS DOUBLE) / nullif(abs(CAST("by_month"."month_sum" AS DOUBLE)), 0) AS "monetary_volatility",
  coalesce(CAST("by_line"."line_discount" AS DOUBLE) / nullif(CAST(("by_line"."line_amount" + "by_line"."line_discount") AS DOUBLE), 0), 0) AS "discount_share",
  coalesce(CAST("by_line"."lines_on_offer" AS DOUBLE) / nullif(CAST("by_line"."lines" AS DOUBLE), 0), 0) AS "discount_line_share",
  coalesce(CAST("by_order"."orders_on_offer" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0), 0) AS "orders_on_offer_share",
  CAST("by_line"."line_discount" AS DOUBLE) / nullif(CAST(("by_line"."amount_on_offer" + "by_line"."line_discount") AS DOUBLE), 0) AS "discount_depth",
  coalesce(CASE WHEN "by_order"."orders_on_offer" = "by_order"."orders" THEN 1 ELSE 0 END, 0) AS "only_on_offer",
  CASE WHEN "by_line"."line_amount" > 0 THEN CAST("by_line"."amount_full_price" AS DOUBLE) / nullif(CAST("by_line"."line_amount" AS DOUBLE), 0) END AS "full_price_share",
  coalesce("by_return"."returned_lines", 0) AS "returned_lines",
  coalesce(CAST("by_return"."returned_amount" AS DOUBLE) / nullif(CAST("by_line"."line_amount" AS DOUBLE), 0), 0) AS "returned_share",
  coalesce(CAST("by_line"."amount_share_grocery" AS DOUBLE) / nullif(CAST("by_line"."line_amount" AS DOUBLE), 0), 0) AS "share_grocery",
  coalesce(CAST("by_line"."amount_share_men_s" AS DOUBLE) / nullif(CAST("by_line"."line_amount" AS DOUBLE), 0), 0) AS "share_men_s",
  coalesce(CAST("by_line"."amount_other" AS DOUBLE) / nullif(CAST("by_line"."line_amount" AS DOUBLE), 0), 0) AS "share_other",
  coalesce(CAST("by_product_day"."repeat_lines" AS DOUBLE) / nullif(CAST("by_product_day"."product_lines" AS DOUBLE), 0), 0) AS "repeat_line_share",
  coalesce("by_product_day"."staples", 0) AS "staple_products",
  "by_product_day"."product_gap" AS "product_gap_days_median",
  (CAST("by_regular_product"."regular_gap" AS DOUBLE) - "by_regular_product"."regular_age") AS "replenishment_due_days",
  CASE WHEN "by_order"."oldest_age" >= 365 THEN CAST("by_order"."orders_quarter_1" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0) END AS "orders_quarter_1_share",
  CASE WHEN "by_order"."oldest_age" >= 365 THEN CAST("by_order"."orders_quarter_2" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0) END AS "orders_quarter_2_share",
  CASE WHEN "by_order"."oldest_age" >= 365 THEN CAST("by_order"."orders_quarter_3" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0) END AS "orders_quarter_3_share",
  CASE WHEN "by_order"."oldest_age" >= 365 THEN CAST("by_order"."orders_quarter_4" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0) END AS "orders_quarter_4_share",
  coalesce(CAST("by_order"."orders_monday" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0), 0) AS "orders_monday_share",
  coalesce(CAST("by_order"."orders_tuesday" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0), 0) AS "orders_tuesday_share",
  coalesce(CAST("by_order"."orders_wednesday" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0), 0) AS "orders_wednesday_share",
  coalesce(CAST("by_order"."orders_thursday" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0), 0) AS "orders_thursday_share",
  coalesce(CAST("by_order"."orders_friday" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0), 0) AS "orders_friday_share",
  coalesce(CAST("by_order"."orders_saturday" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0), 0) AS "orders_saturday_share",
  coalesce(CAST("by_order"."orders_sunday" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0), 0) AS "orders_sunday_share",
  coalesce(CAST("by_order"."orders_night" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0), 0) AS "orders_night_share",
  coalesce(CAST("by_order"."orders_morning" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0), 0) AS "orders_morning_share",
  coalesce(CAST("by_order"."orders_afternoon" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0), 0) AS "orders_afternoon_share",
  coalesce(CAST("by_order"."orders_evening" AS DOUBLE) / nullif(CAST("by_order"."orders" AS DOUBLE), 0), 0) AS "orders_evening_share",
  coalesce("by_line"."stores", 0) AS "stores_used",
  coalesce("by_campaign_campaigns"."campaigns", 0) AS "campaigns_received",
  CAST(DATE '2017-12-31' - "by_campaign_campaigns"."last_day" AS INT) AS "campaigns_recency_days",
  coalesce("by_event_redemptions"."events", 0) AS "redemptions_count",
  CAST(DATE '2017-12-31' - "by_event_redemptions"."last_day" AS INT) AS "redemptions_recency_days",
  coalesce("by_event_redemptions"."active_days_7d", 0) AS "redemptions_active_days_7d",
  coalesce("by_event_redemptions"."active_days_30d", 0) AS "redemptions_active_days_30d",
  coalesce("by_event_redemptions"."active_days_90d", 0) AS "redemptions_active_days_90d",
  coalesce("by_event_redemptions"."active_days_180d", 0) AS "redemptions_active_days_180d",
  coalesce("by_event_redemptions"."active_days_365d", 0) AS "redemptions_active_days_365d",
  coalesce(CAST(("by_event_redemptions"."events_recent" - "by_event_redemptions"."events_previous") AS DOUBLE) / nullif(CAST(("by_event_redemptions"."events_recent" + "by_event_redemptions"."events_previous") AS DOUBLE), 0), 0) AS "redemptions_trend_30d",
  CAST("by_event_redemptions"."first_age" AS DOUBLE) AS "redemptions_first_days",
  CASE WHEN "by_event_redemptions"."active_days" > 2 THEN CAST(("by_event_redemptions"."first_age" - "by_event_redemptions"."last_age") AS DOUBLE) / nullif(CAST(("by_event_redemptions"."active_days" - 1) AS DOUBLE), 0) END AS "redemptions_gap_days_mean",
  CASE WHEN "by_event_redemptions"."active_days" > 2 THEN CASE WHEN CAST("by_event_redemptions"."last_age" AS DOUBLE) * ("by_event_redemptions"."active_days" - 1) > CAST('3.0' AS DOUBLE) * ("by_event_redemptions"."first_age" - "by_event_redemptions"."last_age") THEN 1 ELSE 0 END END AS "redemptions_ended",
  "attributes_demographics"."attribute_1" AS "age",
  CAST("attributes_demographics"."attribute_2" AS DOUBLE) AS "income",
  CAST("attributes_demographics"."attribute_3" AS DOUBLE) AS "household_size",
  CAST("attributes_demographics"."attribute_4" AS DOUBLE) AS "is_owner",
  CAST(DATE '2017-12-31' - "attributes_demographics"."attribute_5" AS INT) AS "since_days"
FROM population
LEFT JOIN "by_order" ON "by_order".customer = population.customer
LEFT JOIN "by_day" ON "by_day".customer = population.customer
LEFT JOIN "by_month" ON "by_month".customer = population.customer
LEFT JOIN "by_line" ON "by_line".customer = population.customer
LEFT JOIN "by_return" ON "by_return".customer = population.customer
LEFT JOIN "by_product_day" ON "by_product_day".customer = population.customer
LEFT JOIN "by_regular_product" ON "by_regular_product".customer = population.customer
LEFT JOIN "by_campaign_campaigns" ON "by_campaign_campaigns".customer = population.customer
LEFT JOIN "by_event_redemptions" ON "by_event_redemptions".customer = population.customer
LEFT JOIN "attributes_demographics" ON "attributes_demographics".customer = population.customer
ORDER BY 1;

SELECT count(*) AS customers FROM tessera_features;
