package dev.keelson.http.inference;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.keelson.error.ErrorCode;
import dev.keelson.http.PredictMeter;
import dev.keelson.http.Prediction;
import dev.keelson.http.SeededBackend;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The Open Inference Protocol over gRPC, message by message. */
final class InferenceGrpcTest {
    private static final SeededBackend BACKEND = SeededBackend.seeded();

    /** Counts nothing. */
    private static final class NoMeter implements PredictMeter {
        @Override
        public void predicted(String model, List<Prediction> predictions, long nanos) {}

        @Override
        public void predictionFailed(String model, ErrorCode code) {}
    }

    /** A call that remembers what was answered. */
    private static final class Call extends ServerCall<GrpcMessage, byte[]> {
        private final MethodDescriptor<GrpcMessage, byte[]> method;
        private byte @Nullable [] answer;
        private @Nullable Status closed;

        Call(MethodDescriptor<GrpcMessage, byte[]> method) {
            this.method = method;
        }

        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(byte[] message) {
            answer = message;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            closed = status;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<GrpcMessage, byte[]> getMethodDescriptor() {
            return method;
        }
    }

    /** Writes fields. */
    @FunctionalInterface
    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            fields.write(out);
            out.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    @SuppressWarnings("unchecked")
    private static Call call(String method, GrpcMessage message, String... timeout) {
        ServerMethodDefinition<?, ?> definition = new InferenceGrpc(BACKEND, new NoMeter(), 1 << 20)
                .service()
                .getMethod("inference.GRPCInferenceService/" + method);
        ServerMethodDefinition<GrpcMessage, byte[]> typed =
                (ServerMethodDefinition<GrpcMessage, byte[]>) Objects.requireNonNull(definition);
        Call call = new Call(typed.getMethodDescriptor());
        Metadata headers = new Metadata();
        for (String each : timeout) {
            headers.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), each);
        }
        ServerCall.Listener<GrpcMessage> listener = typed.getServerCallHandler().startCall(call, headers);
        listener.onMessage(message);
        listener.onHalfClose();
        return call;
    }

    private static byte[] answer(String method, byte[] message) {
        Call call = call(method, new GrpcMessage(message, true));
        assertThat(call.closed).as(String.valueOf(call.closed)).isEqualTo(Status.OK);
        return Objects.requireNonNull(call.answer);
    }

    private static Status refusal(String method, byte[] message) {
        return Objects.requireNonNull(call(method, new GrpcMessage(message, true)).closed);
    }

    /** Field number to the bytes of its texts and messages, numbers left out. */
    private static Map<Integer, List<byte[]>> fields(byte[] message) {
        Map<Integer, List<byte[]>> fields = new LinkedHashMap<>();
        try {
            CodedInputStream in = CodedInputStream.newInstance(message);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                    fields.computeIfAbsent(WireFormat.getTagFieldNumber(tag), none -> new ArrayList<>())
                            .add(in.readByteArray());
                } else {
                    in.skipField(tag);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return fields;
    }

    private static List<byte[]> all(Map<Integer, List<byte[]>> fields, int field) {
        return fields.getOrDefault(field, List.of());
    }

    private static List<String> texts(Map<Integer, List<byte[]>> fields, int field) {
        return all(fields, field).stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
    }

    private static byte[] tensor(String name, String type, long[] shape, byte @Nullable [] contents) {
        return message(out -> {
            out.writeString(1, name);
            out.writeString(2, type);
            for (long each : shape) {
                out.writeInt64(3, each); // not packed: both are read
            }
            if (contents != null) {
                out.writeByteArray(5, contents);
            }
        });
    }

    private static byte[] texts(String... values) {
        return message(out -> {
            for (String value : values) {
                out.writeString(8, value);
            }
        });
    }

    private static byte[] request(@Nullable String output, byte[]... tensors) {
        return message(out -> {
            out.writeString(1, "football-1x2");
            out.writeString(3, "r-1");
            out.writeByteArray(4, message(entry -> {
                entry.writeString(1, "durable");
                entry.writeByteArray(2, message(value -> value.writeBool(1, true)));
            }));
            for (byte[] each : tensors) {
                out.writeByteArray(5, each);
            }
            if (output != null) {
                out.writeByteArray(6, message(named -> named.writeString(1, output)));
            }
        });
    }

    @Test
    void theServerAndItsModelsTellWhatTheyAre() {
        assertThat(answer("ServerLive", new byte[0])).containsExactly(8, 1);
        assertThat(answer("ServerReady", new byte[0])).containsExactly(8, 1);
        assertThat(texts(fields(answer("ServerMetadata", new byte[0])), 1)).containsExactly("keelson");
        byte[] model = message(out -> out.writeString(1, "football-1x2"));
        assertThat(answer("ModelReady", model)).containsExactly(8, 1);
        Map<Integer, List<byte[]>> metadata = fields(answer("ModelMetadata", model));
        assertThat(texts(metadata, 2)).hasSize(8).startsWith("7");
        assertThat(all(metadata, 4)).hasSize(4);
        assertThat(texts(fields(all(metadata, 4).getLast()), 2)).containsExactly("INT64");
    }

    @Test
    void contentsAreAnsweredWithContents() {
        byte[] answer = answer(
                "ModelInfer",
                request(
                        "probabilities",
                        tensor("HomeTeam", "BYTES", new long[] {2}, texts("A", "B")),
                        tensor("AwayTeam", "BYTES", new long[] {2, 1}, texts("C", "D")),
                        tensor("AvgH", "FP32", new long[] {2}, message(out -> {
                            out.writeFloat(6, 2.5f);
                            out.writeFloat(6, Float.NaN);
                        })),
                        tensor("crowd", "INT64", new long[] {2}, message(out -> out.writeByteArray(3, message(packed -> {
                            packed.writeInt64NoTag(7);
                            packed.writeInt64NoTag(8);
                        }))))));

        Map<Integer, List<byte[]>> fields = fields(answer);
        assertThat(texts(fields, 1)).containsExactly("football-1x2");
        assertThat(texts(fields, 2)).containsExactly("7");
        assertThat(texts(fields, 3)).containsExactly("r-1");
        assertThat(fields).doesNotContainKey(6);
        Map<Integer, List<byte[]>> output = fields(all(fields, 5).getFirst());
        assertThat(texts(output, 1)).containsExactly("probabilities");
        ByteBuffer values = ByteBuffer.wrap(all(fields(all(output, 5).getFirst()), 7).getFirst()).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(values.getDouble(40)).isEqualTo(0.2);
        assertThat(BACKEND.lastRows().getFirst())
                .isEqualTo(Map.of("HomeTeam", "A", "AwayTeam", "C", "AvgH", 2.5, "crowd", 7L));
        assertThat(BACKEND.lastRows().getLast()).containsEntry("AvgH", null);
        assertThat(BACKEND.lastOptions().durable()).isTrue();
    }

    @Test
    void rawContentsAreLittleEndianAndAnsweredRaw() {
        byte[] entities = ByteBuffer.allocate(7).order(ByteOrder.LITTLE_ENDIAN).putInt(3).put("A|C".getBytes(StandardCharsets.UTF_8)).array();
        byte[] numbers = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putDouble(1.5).putDouble(100).array();
        byte[] asked = request(
                null,
                tensor("entity", "BYTES", new long[] {1}, null),
                tensor("input-0", "FP64", new long[] {1, 2}, null));
        byte[] raw = message(out -> {
            out.writeRawBytes(asked);
            out.writeByteArray(7, entities);
            out.writeByteArray(7, numbers);
        });

        Map<Integer, List<byte[]>> fields = fields(answer("ModelInfer", raw));

        assertThat(BACKEND.lastRows().getFirst())
                .isEqualTo(Map.of("HomeTeam", "A", "AwayTeam", "C", "AvgH", 1.5, "crowd", 100L));
        assertThat(all(fields, 5)).hasSize(4);
        assertThat(all(fields, 6)).hasSize(4);
        assertThat(ByteBuffer.wrap(all(fields, 6).getFirst()).order(ByteOrder.LITTLE_ENDIAN).getDouble()).isEqualTo(0.5);
        assertThat(all(fields, 6).get(2)).containsExactly(1, 0, 0, 0, 'H');
    }

    @Test
    void everyTypeOfRawContentsIsRead() {
        Map<String, byte[]> types = new LinkedHashMap<>();
        types.put("FP16", ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(Float.floatToFloat16(9f)).array());
        types.put("FP32", ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(9f).array());
        types.put("INT8", new byte[] {9});
        types.put("UINT8", new byte[] {9});
        types.put("INT16", new byte[] {9, 0});
        types.put("UINT16", new byte[] {9, 0});
        types.put("INT32", new byte[] {9, 0, 0, 0});
        types.put("UINT32", new byte[] {9, 0, 0, 0});
        types.put("INT64", new byte[] {9, 0, 0, 0, 0, 0, 0, 0});
        types.put("UINT64", new byte[] {9, 0, 0, 0, 0, 0, 0, 0});
        byte[] entity = ByteBuffer.allocate(7).order(ByteOrder.LITTLE_ENDIAN).putInt(3).put("A|C".getBytes(StandardCharsets.UTF_8)).array();

        types.forEach((type, bytes) -> {
            byte[] asked = request(
                    null, tensor("entity", "BYTES", new long[] {1}, null), tensor("crowd", type, new long[] {1}, null));
            answer("ModelInfer", message(out -> {
                out.writeRawBytes(asked);
                out.writeByteArray(7, entity);
                out.writeByteArray(7, bytes);
            }));
            assertThat(BACKEND.lastRows().getFirst()).as(type).containsEntry("crowd", 9L);
        });
    }

    @Test
    void failuresHaveTheirStatus() {
        byte[] home = tensor("HomeTeam", "BYTES", new long[] {1}, texts("A"));

        assertThat(refusal("ModelInfer", request(null)).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal("ModelInfer", request(null, home)).getDescription()).contains("rows[0].AwayTeam");
        assertThat(refusal("ModelInfer", new byte[] {10, 127}).getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal("ModelInfer", request(null, tensor("x", "FP64", new long[] {3}, null))).getDescription())
                .contains("0 elements");
        assertThat(refusal("ModelInfer", request(null, tensor("x", "FP99", new long[] {1}, null))).getCode())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal("ModelInfer", message(out -> {
                    out.writeRawBytes(request(null, tensor("x", "BYTES", new long[] {1}, null)));
                    out.writeByteArray(7, new byte[] {9, 9, 9, 127});
                })).getDescription())
                .contains("inside of a text");
        assertThat(refusal("ModelMetadata", message(out -> out.writeString(1, "none"))).getCode())
                .isEqualTo(Status.Code.NOT_FOUND);
        assertThat(Objects.requireNonNull(call("ServerLive", new GrpcMessage(new byte[0], false)).closed).getCode())
                .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void aDeadlineThatHasPassedIsTold() {
        Call late = call("ServerLive", new GrpcMessage(new byte[0], true), "1n");
        Call early = call("ServerLive", new GrpcMessage(new byte[0], true), "10S");

        assertThat(Objects.requireNonNull(late.closed).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(late.answer).isNull();
        assertThat(early.closed).isEqualTo(Status.OK);
    }
}
