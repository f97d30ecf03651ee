package dev.keelson.http.server;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.keelson.features.ViewReading;
import dev.keelson.features.FeatureStatus;
import dev.keelson.http.FeatureServing.Answer;
import dev.keelson.http.FeatureServing.FeatureValues;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages of Feast's {@code feast.serving.ServingService} in the wire format of Protocol Buffers, read and written
 * field by field; {@code feast-serving.proto} among the resources describes them. Unknown fields are passed over.
 */
final class FeastMessages {
    // field numbers of feast.types.Value
    private static final int BYTES = 1;
    private static final int STRING = 2;
    private static final int INT32 = 3;
    private static final int INT64 = 4;
    private static final int DOUBLE = 5;
    private static final int FLOAT = 6;
    private static final int BOOL = 7;
    private static final int UNIX_TIMESTAMP = 8;
    private static final int NULL = 19;

    private FeastMessages() {}

    /**
     * A request for features.
     *
     * @param service the name of a feature service, or null
     * @param features as {@code view:feature}; none for a service
     * @param entities columns of entity keys, and of the request's context
     */
    record Request(
            @Nullable String service,
            List<String> features,
            Map<String, List<@Nullable Object>> entities,
            boolean fullFeatureNames) {}

    /** Reads {@code GetOnlineFeaturesRequest}. */
    static Request request(byte[] bytes) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        String service = null;
        List<String> features = new ArrayList<>();
        Map<String, List<@Nullable Object>> entities = new LinkedHashMap<>();
        boolean full = false;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> service = in.readStringRequireUtf8();
                case 2 -> features.addAll(strings(in.readByteArray()));
                case 3, 5 -> column(in.readByteArray(), entities);
                case 4 -> full = in.readBool();
                default -> in.skipField(tag);
            }
        }
        return new Request(service, features, entities, full);
    }

    private static List<String> strings(byte[] bytes) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        List<String> strings = new ArrayList<>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == 1) {
                strings.add(in.readStringRequireUtf8());
            } else {
                in.skipField(tag);
            }
        }
        return strings;
    }

    private static void column(byte[] bytes, Map<String, List<@Nullable Object>> columns) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        String name = "";
        List<@Nullable Object> values = new ArrayList<>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case 1 -> name = in.readStringRequireUtf8();
                case 2 -> values = values(in.readByteArray());
                default -> in.skipField(tag);
            }
        }
        columns.put(name, values);
    }

    private static List<@Nullable Object> values(byte[] bytes) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        List<@Nullable Object> values = new ArrayList<>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == 1) {
                values.add(value(in.readByteArray()));
            } else {
                in.skipField(tag);
            }
        }
        return values;
    }

    private static @Nullable Object value(byte[] bytes) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        Object value = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case BYTES -> value = HexFormat.of().formatHex(in.readByteArray());
                case STRING -> value = in.readStringRequireUtf8();
                case INT32 -> value = (long) in.readInt32();
                case INT64, UNIX_TIMESTAMP -> value = in.readInt64();
                case DOUBLE -> value = in.readDouble();
                case FLOAT -> value = (double) in.readFloat();
                case BOOL -> value = in.readBool();
                case NULL -> {
                    value = null;
                    in.skipField(tag);
                }
                default -> in.skipField(tag);
            }
        }
        return value;
    }

    /** Writes {@code GetFeastServingInfoResponse}. */
    static byte[] info(String version) {
        return message(out -> out.writeString(1, version));
    }

    /**
     * Writes {@code GetOnlineFeaturesResponse}. Every result has as many values, statuses and times as there are rows;
     * clients count on it.
     *
     * @param names of the results: entity keys, then features
     */
    static byte[] response(Answer answer, List<String> names) {
        return message(out -> {
            byte[] list = message(inner -> {
                for (String name : names) {
                    inner.writeString(1, name);
                }
            });
            out.writeByteArray(1, message(inner -> inner.writeByteArray(1, list)));
            for (List<@Nullable Object> keys : answer.entities().values()) {
                out.writeByteArray(2, keys(keys));
            }
            for (FeatureValues column : answer.columns()) {
                out.writeByteArray(2, column(column, answer.rows()));
            }
            out.writeBool(3, true);
        });
    }

    private static byte[] keys(List<@Nullable Object> keys) {
        return message(out -> {
            int[] statuses = new int[keys.size()];
            for (int row = 0; row < statuses.length; row++) {
                Object key = keys.get(row);
                statuses[row] = key == null ? 2 : 1;
                out.writeByteArray(1, value(key));
            }
            statuses(out, statuses);
            for (int row = 0; row < statuses.length; row++) {
                out.writeByteArray(3, new byte[0]);
            }
        });
    }

    private static @Nullable Object cell(FeatureValues column, int row) {
        String text = column.text(row);
        if (text != null) {
            return text;
        }
        return column.statuses()[row] == FeatureStatus.PRESENT.code() ? (Object) column.values()[row] : null;
    }

    private static byte[] column(FeatureValues column, int rows) {
        return message(out -> {
            int[] statuses = new int[rows];
            for (int row = 0; row < rows; row++) {
                statuses[row] = status(column.statuses()[row]);
                out.writeByteArray(1, value(cell(column, row)));
            }
            statuses(out, statuses);
            for (int row = 0; row < rows; row++) {
                long event = column.eventMicros()[row];
                out.writeByteArray(3, event == ViewReading.NO_EVENT ? new byte[0] : timestamp(event));
            }
        });
    }

    /** The number of {@code FieldStatus}. */
    private static int status(byte code) {
        return switch (FeatureStatus.of(code)) {
            case PRESENT -> 1;
            case NULL, NULL_KEY -> 2;
            case NOT_FOUND -> 3;
            case STALE -> 4;
        };
    }

    private static void statuses(CodedOutputStream out, int[] statuses) throws IOException {
        byte[] packed = message(inner -> {
            for (int status : statuses) {
                inner.writeEnumNoTag(status);
            }
        });
        out.writeByteArray(2, packed);
    }

    private static byte[] value(@Nullable Object value) {
        return message(out -> {
            switch (value) {
                case null -> out.writeEnum(NULL, 0);
                case Long number -> out.writeInt64(INT64, number);
                case Double number -> out.writeDouble(DOUBLE, number);
                case Boolean truth -> out.writeBool(BOOL, truth);
                default -> out.writeString(STRING, value.toString());
            }
        });
    }

    private static byte[] timestamp(long micros) {
        return message(out -> {
            long seconds = Math.floorDiv(micros, 1_000_000);
            int nanos = (int) Math.floorMod(micros, 1_000_000L) * 1_000;
            if (seconds != 0) {
                out.writeInt64(1, seconds);
            }
            if (nanos != 0) {
                out.writeInt32(2, nanos);
            }
        });
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
