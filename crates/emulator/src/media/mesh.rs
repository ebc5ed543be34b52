//! A small binary glTF 2.0 file: a coloured cube.

use super::noise::Noise;

/// Registered media type of a binary glTF file.
pub(crate) const GLB_MEDIA_TYPE: &str = "model/gltf-binary";

/// A cube of one colour; prompt and seed choose colour and edge length (0.5 to 2 m). Valid binary glTF 2.0 (`.glb`).
pub(crate) fn cube(prompt: &str, seed: u64) -> Vec<u8> {
    let mut noise = Noise::new(prompt, seed);
    let half = noise.between(0.25, 1.0);
    let colour = [noise.unit(), noise.unit(), noise.unit()];
    let points = corners(half);
    let mut buffer = Vec::new();
    for point in points {
        for axis in point {
            buffer.extend_from_slice(&axis.to_le_bytes());
        }
    }
    for index in TRIANGLES {
        buffer.extend_from_slice(&index.to_le_bytes());
    }
    container(&document(half, colour, buffer.len()), &buffer)
}

/// Two triangles for each side, seen from outside counter-clockwise; bit 0 of a corner's number is x, bit 1 y, bit 2 z.
const TRIANGLES: [u16; 36] =
    [0, 2, 3, 0, 3, 1, 4, 5, 7, 4, 7, 6, 0, 1, 5, 0, 5, 4, 2, 6, 7, 2, 7, 3, 0, 4, 6, 0, 6, 2, 1, 3, 7, 1, 7, 5];

/// Bytes of the eight corners: three 32-bit floats each.
const POINT_BYTES: usize = 8 * 12;

fn corners(half: f32) -> [[f32; 3]; 8] {
    std::array::from_fn(|corner| std::array::from_fn(|axis| if corner >> axis & 1 == 1 { half } else { -half }))
}

fn document(half: f32, colour: [f32; 3], bytes: usize) -> Vec<u8> {
    let [red, green, blue] = colour;
    let json = serde_json::json!({
        "asset": {"version": "2.0", "generator": "mediagen-emulator"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [red, green, blue, 1.0], "metallicFactor": 0.0}}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3",
             "min": [-half, -half, -half], "max": [half, half, half]},
            {"bufferView": 1, "componentType": 5123, "count": TRIANGLES.len(), "type": "SCALAR"}
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": POINT_BYTES, "target": 34962},
            {"buffer": 0, "byteOffset": POINT_BYTES, "byteLength": bytes - POINT_BYTES, "target": 34963}
        ],
        "buffers": [{"byteLength": bytes}]
    });
    json.to_string().into_bytes()
}

/// Header, JSON chunk (padded with spaces), BIN chunk (padded with zeros); every chunk ends on 4 bytes.
fn container(json: &[u8], buffer: &[u8]) -> Vec<u8> {
    let mut chunks = Vec::new();
    for (kind, content, padding) in [(b"JSON", json, b' '), (b"BIN\0", buffer, 0)] {
        let padded = content.len().next_multiple_of(4);
        chunks.extend_from_slice(&length(padded));
        chunks.extend_from_slice(kind);
        chunks.extend_from_slice(content);
        chunks.resize(chunks.len() + padded - content.len(), padding);
    }
    let mut file = b"glTF\x02\0\0\0".to_vec();
    file.extend_from_slice(&length(chunks.len() + 12));
    file.append(&mut chunks);
    file
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn chunk(file: &[u8], start: usize) -> (&[u8], &[u8]) {
        let length = u32::from_le_bytes(file[start..start + 4].try_into().unwrap());
        let length = usize::try_from(length).unwrap();
        (&file[start + 4..start + 8], &file[start + 8..start + 8 + length])
    }

    #[test]
    fn the_cube_follows_the_container_format() {
        let file = cube("a chair", 1);
        assert_eq!(&file[..8], b"glTF\x02\0\0\0");
        assert_eq!(u32::from_le_bytes(file[8..12].try_into().unwrap()), u32::try_from(file.len()).unwrap());
        let (kind, json) = chunk(&file, 12);
        assert_eq!(kind, b"JSON");
        let json: Value = serde_json::from_slice(json).unwrap();
        let (kind, buffer) = chunk(&file, 20 + chunk(&file, 12).1.len());
        assert_eq!(kind, b"BIN\0");
        assert_eq!(json["buffers"][0]["byteLength"], buffer.len());
        let indices = &buffer[POINT_BYTES..];
        assert_eq!(json["accessors"][1]["count"], indices.len() / 2);
        assert!(indices.chunks(2).all(|index| u16::from_le_bytes([index[0], index[1]]) < 8));
    }

    #[test]
    fn every_side_faces_outwards() {
        let points = corners(1.0);
        for triangle in TRIANGLES.chunks(3) {
            let [first, second, third] = [0, 1, 2].map(|corner| points[usize::from(triangle[corner])]);
            let edge = |to: [f32; 3]| -> [f32; 3] { std::array::from_fn(|axis| to[axis] - first[axis]) };
            let normal = cross(edge(second), edge(third));
            let outward: f32 = (0..3).map(|axis| normal[axis] * (first[axis] + second[axis] + third[axis])).sum();
            assert!(outward > 0.0, "{triangle:?}");
        }
    }

    fn cross(one: [f32; 3], other: [f32; 3]) -> [f32; 3] {
        let part = |axis: usize| {
            let (next, last) = ((axis + 1) % 3, (axis + 2) % 3);
            one[next] * other[last] - one[last] * other[next]
        };
        [part(0), part(1), part(2)]
    }

    #[test]
    fn prompt_and_seed_choose_the_cube() {
        assert_eq!(cube("a chair", 1), cube("a chair", 1));
        assert_ne!(cube("a chair", 1), cube("a chair", 2));
        assert_ne!(cube("a chair", 1), cube("a table", 1));
    }
}
