//! Real media made on the spot: pictures, films and sounds that depend on prompt and seed.
