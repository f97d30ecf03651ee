package dev.keelson.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes small ONNX files, field by field, with the numbers of onnx.proto3. */
final class OnnxBytes {
    static final int FLOAT = 1;
    static final int INT64 = 7;
    private static final int STRING = 8;
    private static final int VARINT = 0;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A model of the graph, with the operators of the standard and of classical models. */
    static byte[] model(OnnxBytes graph) {
        return model(graph, "ai.onnx.ml");
    }

    /** Likewise, with a further domain of operators in the place of {@code ai.onnx.ml}. */
    static byte[] model(OnnxBytes graph, String domain) {
        return new OnnxBytes()
                .number(1, 8)
                .message(8, new OnnxBytes().text(1, "").number(2, 17))
                .message(8, new OnnxBytes().text(1, domain).number(2, 3))
                .message(7, graph)
                .bytes();
    }

    OnnxBytes node(String operator, String domain, List<String> inputs, List<String> outputs, OnnxBytes... attributes) {
        OnnxBytes node = new OnnxBytes();
        inputs.forEach(name -> node.text(1, name));
        outputs.forEach(name -> node.text(2, name));
        node.text(4, operator);
        for (OnnxBytes attribute : attributes) {
            node.message(5, attribute);
        }
        node.text(7, domain);
        return message(1, node);
    }

    OnnxBytes initializer(String name, List<Integer> shape, float... values) {
        OnnxBytes tensor = new OnnxBytes();
        shape.forEach(size -> tensor.number(1, size));
        return message(5, tensor.number(2, FLOAT).text(8, name).raw(9, floats(values)));
    }

    /** A tensor of rows, of which any number may come, and so many columns. */
    OnnxBytes input(String name, int type, int columns) {
        return message(11, named(name, type, columns));
    }

    OnnxBytes output(String name, int type, int columns) {
        return message(12, named(name, type, columns));
    }

    /** A tensor of one label for each row. */
    OnnxBytes labels(String name, int type) {
        OnnxBytes shape = new OnnxBytes().message(1, new OnnxBytes().text(2, "N"));
        OnnxBytes tensor = new OnnxBytes().number(1, type).message(2, shape);
        return message(12, new OnnxBytes().text(1, name).message(2, new OnnxBytes().message(1, tensor)));
    }

    /** A sequence of maps from labels to numbers. */
    OnnxBytes mapOutput(String name, boolean strings) {
        OnnxBytes value = new OnnxBytes().message(1, new OnnxBytes().number(1, FLOAT));
        OnnxBytes map = new OnnxBytes().number(1, strings ? STRING : INT64).message(2, value);
        OnnxBytes sequence = new OnnxBytes().message(1, new OnnxBytes().message(5, map));
        return message(12, new OnnxBytes().text(1, name).message(2, new OnnxBytes().message(4, sequence)));
    }

    private static OnnxBytes named(String name, int type, int columns) {
        OnnxBytes shape = new OnnxBytes()
                .message(1, new OnnxBytes().text(2, "N"))
                .message(1, new OnnxBytes().number(1, columns));
        OnnxBytes tensor = new OnnxBytes().number(1, type).message(2, shape);
        return new OnnxBytes().text(1, name).message(2, new OnnxBytes().message(1, tensor));
    }

    static OnnxBytes ints(String name, long... values) {
        OnnxBytes attribute = new OnnxBytes().text(1, name);
        for (long value : values) {
            attribute.number(8, value);
        }
        return attribute.number(20, 7);
    }

    static OnnxBytes integer(String name, long value) {
        return new OnnxBytes().text(1, name).number(3, value).number(20, 2);
    }

    static OnnxBytes reals(String name, float... values) {
        OnnxBytes attribute = new OnnxBytes().text(1, name);
        for (float value : values) {
            attribute.key(7, FIXED32).append(floats(value));
        }
        return attribute.number(20, 6);
    }

    static OnnxBytes string(String name, String value) {
        return new OnnxBytes().text(1, name).text(4, value).number(20, 3);
    }

    static OnnxBytes strings(String name, String... values) {
        OnnxBytes attribute = new OnnxBytes().text(1, name);
        for (String value : values) {
            attribute.text(9, value);
        }
        return attribute.number(20, 8);
    }

    OnnxBytes number(int field, long value) {
        return key(field, VARINT).varint(value);
    }

    OnnxBytes text(int field, String text) {
        return raw(field, text.getBytes(StandardCharsets.UTF_8));
    }

    OnnxBytes message(int field, OnnxBytes message) {
        return raw(field, message.bytes());
    }

    private OnnxBytes raw(int field, byte[] bytes) {
        return key(field, BYTES).varint(bytes.length).append(bytes);
    }

    private OnnxBytes key(int field, int wire) {
        return varint(((long) field << 3) | wire);
    }

    private OnnxBytes varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return this;
    }

    private OnnxBytes append(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    private static byte[] floats(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            buffer.putFloat(value);
        }
        return buffer.array();
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
