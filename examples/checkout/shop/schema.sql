CREATE TABLE products (sku text PRIMARY KEY, cents integer NOT NULL);
CREATE TABLE orders (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer text NOT NULL,
  country text NOT NULL,
  cents integer NOT NULL,
  mailed_at timestamptz
);
CREATE TABLE order_lines (
  order_id integer NOT NULL REFERENCES orders,
  sku text NOT NULL REFERENCES products,
  quantity integer NOT NULL
);

INSERT INTO products VALUES ('thread', 900), ('lantern', 3400);

-- Grace has ordered before: her list of orders is the demo's N+1 query.
INSERT INTO orders (customer, country, cents) SELECT 'grace', 'NL', 900 FROM generate_series(1, 12);
INSERT INTO order_lines SELECT id, 'thread', 1 FROM orders;
