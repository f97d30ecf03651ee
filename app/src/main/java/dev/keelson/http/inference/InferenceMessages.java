package dev.keelson.http.inference;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.PredictSignature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages of {@code inference.GRPCInferenceService} in the wire format of Protocol Buffers, read and written field by field;
 * {@code open-inference.proto} among the resources describes them. Unknown fields are passed over.
 */
final class InferenceMessages {
    private InferenceMessages() {}

    /**
     * A model, or a version of it.
     *
     * @param version null for the one that serves
     */
    record Named(String name, @Nullable String version) {}

    /**
     * A request.
     *
     * @param raw whether its tensors came as bytes; then those of the answer go as bytes, too
     */
    record Asked(InferRequest request, boolean raw) {}

    /** Reads fields of a message. */
    @FunctionalInterface
    private interface Field {
        /** @return false for a field that is not known */
        boolean read(int number, int tag, CodedInputStream in) throws IOException;
    }

    private static void read(byte[] bytes, Field field) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (!field.read(WireFormat.getTagFieldNumber(tag), tag, in)) {
                in.skipField(tag);
            }
        }
    }

    /** Reads {@code ModelReadyRequest} or {@code ModelMetadataRequest}. */
    static Named named(byte[] bytes) throws IOException {
        String[] texts = {"", ""};
        read(bytes, (number, tag, in) -> {
            if (number < 1 || number > 2) {
                return false;
            }
            texts[number - 1] = in.readStringRequireUtf8();
            return true;
        });
        return new Named(texts[0], texts[1].isEmpty() ? null : texts[1]);
    }

    // ---- the request

    /** An input before it is known where its elements are. */
    private static final class Input {
        String name = "";
        String type = "";
        final List<Long> shape = new ArrayList<>();
        byte @Nullable [] contents;
    }

    /**
     * Reads {@code ModelInferRequest}.
     *
     * @throws KeelsonException BAD_REQUEST for tensors that are none
     */
    static Asked request(byte[] bytes) throws IOException {
        String[] texts = {"", "", ""};
        Map<String, Object> parameters = new LinkedHashMap<>();
        List<Input> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        List<byte[]> raw = new ArrayList<>();
        read(bytes, (number, tag, in) -> {
            switch (number) {
                case 1, 2, 3 -> texts[number - 1] = in.readStringRequireUtf8();
                case 4 -> parameter(in.readByteArray(), parameters);
                case 5 -> inputs.add(input(in.readByteArray()));
                case 6 -> outputs.add(name(in.readByteArray()));
                case 7 -> raw.add(in.readByteArray());
                default -> {
                    return false;
                }
            }
            return true;
        });
        if (!raw.isEmpty() && raw.size() != inputs.size()) {
            throw Inputs.wrong(
                    "raw_input_contents",
                    "There are %d raw contents for %d inputs; expected one for each.".formatted(raw.size(), inputs.size()));
        }
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            tensors.add(tensor(inputs.get(i), raw.isEmpty() ? null : raw.get(i)));
        }
        return new Asked(
                new InferRequest(
                        texts[0],
                        texts[1].isEmpty() ? null : texts[1],
                        texts[2].isEmpty() ? null : texts[2],
                        parameters,
                        tensors,
                        outputs),
                !raw.isEmpty());
    }

    private static String name(byte[] bytes) throws IOException {
        return named(bytes).name();
    }

    private static void parameter(byte[] bytes, Map<String, Object> parameters) throws IOException {
        String[] key = {""};
        Object[] value = {""};
        read(bytes, (number, tag, in) -> {
            if (number == 1) {
                key[0] = in.readStringRequireUtf8();
            } else if (number == 2) {
                read(in.readByteArray(), (kind, each, from) -> {
                    switch (kind) {
                        case 1 -> value[0] = from.readBool();
                        case 2 -> value[0] = from.readInt64();
                        case 3 -> value[0] = from.readStringRequireUtf8();
                        case 4 -> value[0] = from.readDouble();
                        case 5 -> value[0] = from.readUInt64();
                        default -> {
                            return false;
                        }
                    }
                    return true;
                });
            } else {
                return false;
            }
            return true;
        });
        parameters.put(key[0], value[0]);
    }

    private static Input input(byte[] bytes) throws IOException {
        Input input = new Input();
        read(bytes, (number, tag, in) -> {
            switch (number) {
                case 1 -> input.name = in.readStringRequireUtf8();
                case 2 -> input.type = in.readStringRequireUtf8();
                case 3 -> repeated(tag, in, from -> input.shape.add(from.readInt64()));
                case 5 -> input.contents = in.readByteArray();
                default -> {
                    return false;
                }
            }
            return true;
        });
        return input;
    }

    /** Reads one element. */
    @FunctionalInterface
    private interface Element {
        void read(CodedInputStream in) throws IOException;
    }

    /** Numbers that stand one by one or packed. */
    private static void repeated(int tag, CodedInputStream in, Element element) throws IOException {
        if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            element.read(in);
            return;
        }
        CodedInputStream packed = CodedInputStream.newInstance(in.readByteArray());
        while (!packed.isAtEnd()) {
            element.read(packed);
        }
    }

    private static Tensor tensor(Input input, byte @Nullable [] raw) throws IOException {
        DataType type = DataType.named(input.type);
        if (input.name.isEmpty() || type == null) {
            throw Inputs.wrong(
                    input.name.isEmpty() ? "inputs" : input.name,
                    "The input (%s) has the datatype (%s); expected a name and one of %s."
                            .formatted(input.name, input.type, String.join(", ", DataType.names())));
        }
        long elements = Tensor.elements(input.shape);
        byte[] contents = input.contents;
        if (raw != null && contents != null && contents.length > 0) {
            throw Inputs.wrong(input.name, "The input has contents beside the raw ones; expected one of both.");
        }
        List<@Nullable Object> values =
                raw != null ? raw(input.name, type, raw) : contents == null ? new ArrayList<>() : contents(type, contents);
        if (elements != values.size()) {
            throw Inputs.wrong(
                    input.name,
                    "The input has %d elements of %s; its shape (%s) expects %s."
                            .formatted(values.size(), type, input.shape, elements < 0 ? "another number" : elements));
        }
        for (Object value : values) {
            if (type.isWhole() && value instanceof Long number && (number < type.least() || number > type.most())) {
                throw Inputs.wrong(
                        input.name, "The value (%d) is wrong; expected a whole number that %s holds.".formatted(number, type));
            }
        }
        return new Tensor(input.name, type, input.shape, values);
    }

    /** {@code InferTensorContents}; elements of another type than the tensor's are passed over. */
    private static List<@Nullable Object> contents(DataType type, byte[] bytes) throws IOException {
        int field = field(type);
        List<@Nullable Object> values = new ArrayList<>();
        read(bytes, (number, tag, in) -> {
            if (number != field) {
                return false;
            }
            switch (number) {
                case 1 -> repeated(tag, in, from -> values.add(from.readBool()));
                case 2 -> repeated(tag, in, from -> values.add((long) from.readInt32()));
                case 3 -> repeated(tag, in, from -> values.add(from.readInt64()));
                case 4 -> repeated(tag, in, from -> values.add(Integer.toUnsignedLong(from.readUInt32())));
                case 5 -> repeated(tag, in, from -> values.add(unsigned(from.readUInt64())));
                case 6 -> repeated(tag, in, from -> values.add((double) from.readFloat()));
                case 7 -> repeated(tag, in, from -> values.add(from.readDouble()));
                default -> values.add(text(in.readByteArray()));
            }
            return true;
        });
        return values;
    }

    /** The field of {@code InferTensorContents}; 0 for a type that only raw contents have. */
    private static int field(DataType type) {
        return switch (type) {
            case BOOL -> 1;
            case INT8, INT16, INT32 -> 2;
            case INT64 -> 3;
            case UINT8, UINT16, UINT32 -> 4;
            case UINT64 -> 5;
            case FP16 -> 0;
            case FP32 -> 6;
            case FP64 -> 7;
            case BYTES -> 8;
        };
    }

    private static Object unsigned(long value) {
        if (value >= 0) {
            return value;
        }
        return (value >>> 1) * 2.0; // more than a long holds
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static List<@Nullable Object> raw(String name, DataType type, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<@Nullable Object> values = new ArrayList<>();
        if (type == DataType.BYTES) {
            while (in.hasRemaining()) {
                int length = in.remaining() < 4 ? -1 : in.getInt();
                if (length < 0 || length > in.remaining()) {
                    throw Inputs.wrong(
                            name,
                            "The raw contents end inside of a text; expected four bytes with its length before each.");
                }
                byte[] text = new byte[length];
                in.get(text);
                values.add(text(text));
            }
            return values;
        }
        if (bytes.length % type.bytes() != 0) {
            throw Inputs.wrong(
                    name,
                    "The raw contents have %d bytes; expected a multiple of %d.".formatted(bytes.length, type.bytes()));
        }
        while (in.hasRemaining()) {
            values.add(
                    switch (type) {
                        case BOOL -> (Object) (in.get() != 0);
                        case INT8 -> (Object) (long) in.get();
                        case INT16 -> (Object) (long) in.getShort();
                        case INT32 -> (Object) (long) in.getInt();
                        case INT64 -> (Object) in.getLong();
                        case UINT8 -> (Object) Byte.toUnsignedLong(in.get());
                        case UINT16 -> (Object) Short.toUnsignedLong(in.getShort());
                        case UINT32 -> (Object) Integer.toUnsignedLong(in.getInt());
                        case UINT64 -> unsigned(in.getLong());
                        case FP16 -> (Object) (double) Float.float16ToFloat(in.getShort());
                        case FP32 -> (Object) (double) in.getFloat();
                        case FP64 -> (Object) in.getDouble();
                        case BYTES -> throw new IllegalStateException("Texts are read above.");
                    });
        }
        return values;
    }

    // ---- answers

    /** {@code ServerLiveResponse}, {@code ServerReadyResponse}, {@code ModelReadyResponse}. */
    static byte[] flag(boolean value) {
        return message(out -> out.writeBool(1, value));
    }

    /** {@code ServerMetadataResponse}. */
    static byte[] server() {
        return message(out -> {
            out.writeString(1, Inference.NAME);
            out.writeString(2, Inference.version());
            for (String each : Inference.EXTENSIONS) {
                out.writeString(3, each);
            }
        });
    }

    /** {@code ModelMetadataResponse}. */
    static byte[] model(PredictSignature signature, List<String> versions) {
        return message(out -> {
            out.writeString(1, signature.model());
            for (String version : versions) {
                out.writeString(2, version);
            }
            out.writeString(3, Inference.NAME);
            for (PredictSignature.Column column : signature.asked()) {
                out.writeByteArray(4, described(column.name(), DataType.of(column.type()), List.of(-1L)));
            }
            for (Outputs.Described output : Outputs.of(signature)) {
                out.writeByteArray(5, described(output.name(), output.type(), output.shape()));
            }
        });
    }

    private static byte[] described(String name, DataType type, List<Long> shape) {
        return message(out -> tensor(out, name, type, shape));
    }

    private static void tensor(CodedOutputStream out, String name, DataType type, List<Long> shape) throws IOException {
        out.writeString(1, name);
        out.writeString(2, type.name());
        out.writeByteArray(3, message(packed -> {
            for (long each : shape) {
                packed.writeInt64NoTag(each);
            }
        }));
    }

    /** {@code ModelInferResponse}. */
    static byte[] response(InferResponse response, boolean raw) {
        return message(out -> {
            out.writeString(1, response.model());
            out.writeString(2, response.version());
            if (response.id() != null) {
                out.writeString(3, response.id());
            }
            for (Tensor tensor : response.outputs()) {
                out.writeByteArray(5, message(inner -> {
                    tensor(inner, tensor.name(), tensor.type(), tensor.shape());
                    if (!raw) {
                        inner.writeByteArray(5, contents(tensor));
                    }
                }));
            }
            if (raw) {
                for (Tensor tensor : response.outputs()) {
                    out.writeByteArray(6, raw(tensor));
                }
            }
        });
    }

    private static byte[] contents(Tensor tensor) {
        return message(out -> {
            if (tensor.type() == DataType.BYTES) {
                for (Object value : tensor.values()) {
                    out.writeByteArray(8, bytes(value));
                }
                return;
            }
            out.writeByteArray(field(tensor.type()), message(packed -> {
                for (Object value : tensor.values()) {
                    switch (tensor.type()) {
                        case BOOL -> packed.writeBoolNoTag(Boolean.TRUE.equals(value));
                        case INT64 -> packed.writeInt64NoTag(value instanceof Long number ? number : 0);
                        default -> packed.writeDoubleNoTag(number(value));
                    }
                }
            }));
        });
    }

    private static byte[] raw(Tensor tensor) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteBuffer element = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        for (Object value : tensor.values()) {
            element.clear();
            switch (tensor.type()) {
                case BYTES -> {
                    byte[] text = bytes(value);
                    element.putInt(text.length);
                    out.write(element.array(), 0, 4);
                    out.writeBytes(text);
                }
                case BOOL -> out.write(Boolean.TRUE.equals(value) ? 1 : 0);
                case INT64 -> out.writeBytes(element.putLong(value instanceof Long number ? number : 0).array());
                default -> out.writeBytes(element.putDouble(number(value)).array());
            }
        }
        return out.toByteArray();
    }

    /** A number; NaN for a missing one. */
    private static double number(@Nullable Object value) {
        return value instanceof Double number ? number : Double.NaN;
    }

    private static byte[] bytes(@Nullable Object value) {
        return (value == null ? "" : value.toString()).getBytes(StandardCharsets.UTF_8);
    }

    /** Writes the fields of a message. */
    @FunctionalInterface
    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes, 512);
            fields.write(out);
            out.flush();
        } catch (IOException e) {
            throw new IllegalStateException("Memory cannot fail to be written.", e);
        }
        return bytes.toByteArray();
    }
}
