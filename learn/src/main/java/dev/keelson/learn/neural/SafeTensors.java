package dev.keelson.learn.neural;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.id.CanonicalJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Weights as a file of the safetensors format: the length of the header (8 bytes, little-endian), the header (JSON: name
 * to {@code dtype}, {@code shape} and {@code data_offsets}, filled up with blanks to a multiple of 8 bytes), then the
 * numbers, 4 bytes each, little-endian.
 */
final class SafeTensors {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int ALIGNMENT = 8;

    private SafeTensors() {}

    static byte[] write(List<Tensor> tensors, float[] weights) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        tensors.forEach(tensor -> json.set(tensor.name(), entry(tensor)));
        String text = CanonicalJson.write(json);
        int blanks = Math.floorMod(-text.length(), ALIGNMENT);
        byte[] header = (text + " ".repeat(blanks)).getBytes(StandardCharsets.UTF_8);
        int size = Math.addExact(Long.BYTES + header.length, Math.multiplyExact(weights.length, Float.BYTES));
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(header.length).put(header).asFloatBuffer().put(weights);
        return out.array();
    }

    private static ObjectNode entry(Tensor tensor) {
        ObjectNode entry = JsonNodeFactory.instance.objectNode();
        entry.put("dtype", "F32");
        ArrayNode shape = entry.putArray("shape");
        shape.add(tensor.rows());
        if (tensor.isMatrix()) {
            shape.add(tensor.columns());
        }
        long from = (long) tensor.offset() * Float.BYTES;
        entry.putArray("data_offsets").add(from).add(from + (long) tensor.size() * Float.BYTES);
        return entry;
    }

    /**
     * The weights of a file as {@link #write} writes it; the order and place of the tensors in it do not matter.
     *
     * @throws IllegalArgumentException if the file is damaged, a tensor is absent or of another shape, or a weight is
     *     not finite
     */
    static float[] read(List<Tensor> tensors, byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long length = file.length < Long.BYTES ? -1 : in.getLong();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("The weights are not a safetensors file, or it is cut off.");
        }
        byte[] header = new byte[(int) length];
        in.get(header);
        JsonNode json;
        try {
            json = MAPPER.readTree(header);
        } catch (IOException e) {
            throw new IllegalArgumentException("The header of the weights is not JSON.", e);
        }
        ByteBuffer data = in.slice().order(ByteOrder.LITTLE_ENDIAN);
        int count = tensors.getLast().offset() + tensors.getLast().size();
        if (count > data.capacity() / Float.BYTES) {
            throw new IllegalArgumentException("The network has %d weights; the file has room for %d."
                    .formatted(count, data.capacity() / Float.BYTES));
        }
        float[] weights = new float[count];
        for (Tensor tensor : tensors) {
            JsonNode found = json.path(tensor.name());
            ObjectNode expected = entry(tensor);
            long from = found.path("data_offsets").path(0).asLong(-1);
            long to = found.path("data_offsets").path(1).asLong(-1);
            if (!found.path("dtype").equals(expected.path("dtype"))
                    || !found.path("shape").toString().equals(expected.path("shape").toString())
                    || from < 0
                    || to - from != (long) tensor.size() * Float.BYTES
                    || to > data.capacity()) {
                throw new IllegalArgumentException("The weights need %s as %s; the file has %s."
                        .formatted(tensor.name(), expected, found.isMissingNode() ? "none" : found));
            }
            data.slice((int) from, (int) (to - from))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(weights, tensor.offset(), tensor.size());
        }
        for (float weight : weights) {
            if (!Float.isFinite(weight)) {
                throw new IllegalArgumentException("A weight (%s) is not finite.".formatted(weight));
            }
        }
        return weights;
    }
}
