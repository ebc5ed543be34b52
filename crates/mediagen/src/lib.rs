//! Generative media from any provider: text, images, video and audio through one set of contracts.
