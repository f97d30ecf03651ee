package dev.keelson.e2e.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Rows as messages {@code inference.ModelInferRequest}: one input for each column, contents as raw bytes. */
final class GrpcRequests {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MODEL_NAME = 1;
    private static final int INPUTS = 5;
    private static final int RAW_CONTENTS = 7;
    private static final int NAME = 1;
    private static final int DATATYPE = 2;
    private static final int SHAPE = 3;

    private GrpcRequests() {}

    /**
     * The message for the rows of a body of JSON.
     *
     * @param body one row, or {@code {"rows": [...]}}
     */
    static byte[] message(String model, byte[] body) throws IOException {
        JsonNode tree = MAPPER.readTree(body);
        List<JsonNode> rows = new ArrayList<>();
        if (tree.has("rows")) {
            tree.get("rows").forEach(rows::add);
        } else {
            rows.add(tree);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeString(MODEL_NAME, model);
        for (Map.Entry<String, JsonNode> field : rows.getFirst().properties()) {
            out.writeByteArray(INPUTS, input(field.getKey(), field.getValue().isTextual(), rows.size()));
        }
        for (Map.Entry<String, JsonNode> field : rows.getFirst().properties()) {
            out.writeByteArray(RAW_CONTENTS, raw(field.getKey(), rows));
        }
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] input(String name, boolean text, int rows) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeString(NAME, name);
        out.writeString(DATATYPE, text ? "BYTES" : "FP64");
        out.writeInt64(SHAPE, rows);
        out.flush();
        return bytes.toByteArray();
    }

    private static byte[] raw(String name, List<JsonNode> rows) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (JsonNode row : rows) {
            JsonNode value = row.get(name);
            if (value.isTextual()) {
                byte[] text = value.asText().getBytes(StandardCharsets.UTF_8);
                bytes.writeBytes(ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(text.length)
                        .array());
                bytes.writeBytes(text);
            } else {
                bytes.writeBytes(ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putDouble(value.asDouble())
                        .array());
            }
        }
        return bytes.toByteArray();
    }
}
