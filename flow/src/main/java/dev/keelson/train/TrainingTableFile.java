package dev.keelson.train;

import dev.keelson.learn.FeatureMatrix;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a training as bytes, to the last bit, for a process that trains apart. Not kept between releases: both
 * processes are of the same one.
 */
public final class TrainingTableFile {
    private static final int MAGIC = 0x4b544231;
    private static final int CHUNK = 1 << 16;

    private TrainingTableFile() {}

    /** Writes a table; the stream stays open. */
    public static void write(TrainingTable table, OutputStream out) throws IOException {
        DataOutputStream to = new DataOutputStream(new BufferedOutputStream(out, CHUNK));
        to.writeInt(MAGIC);
        FeatureMatrix features = table.features();
        to.writeInt(features.rows());
        texts(to, features.names());
        for (double[] column : features.columns()) {
            doubles(to, column);
        }
        to.writeInt(features.categories().size());
        for (Map.Entry<String, Map<Double, String>> category : features.categories().entrySet()) {
            text(to, category.getKey());
            to.writeInt(category.getValue().size());
            for (Map.Entry<Double, String> value : category.getValue().entrySet()) {
                to.writeDouble(value.getKey());
                text(to, value.getValue());
            }
        }
        ints(to, table.labels());
        doubles(to, table.values());
        longs(to, table.eventTime());
        longs(to, table.knownAt());
        ints(to, table.day());
        optional(to, table.segment());
        to.writeInt(table.odds().size());
        for (Map.Entry<String, double[]> odds : table.odds().entrySet()) {
            text(to, odds.getKey());
            doubles(to, odds.getValue());
        }
        texts(to, table.rowIds());
        double[] weights = table.weights();
        to.writeBoolean(weights != null);
        if (weights != null) {
            doubles(to, weights);
        }
        optional(to, table.groups());
        String[] assets = table.assets();
        to.writeBoolean(assets != null);
        if (assets != null) {
            texts(to, List.of(assets));
        }
        to.flush();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException if the bytes are none of a table
     */
    public static TrainingTable read(InputStream in) throws IOException {
        DataInputStream from = new DataInputStream(new BufferedInputStream(in, CHUNK));
        if (from.readInt() != MAGIC) {
            throw new IOException("The file holds no rows of a training.");
        }
        int rows = from.readInt();
        List<String> names = texts(from);
        double[][] columns = new double[names.size()][];
        for (int j = 0; j < columns.length; j++) {
            columns[j] = doubles(from);
        }
        FeatureMatrix features = new FeatureMatrix(names, columns, rows, categories(from));
        int[] labels = ints(from);
        double[] values = doubles(from);
        long[] eventTime = longs(from);
        long[] knownAt = longs(from);
        int[] day = ints(from);
        @Nullable String @Nullable [] segment = optional(from);
        Map<String, double[]> odds = new LinkedHashMap<>();
        for (int k = from.readInt(); k > 0; k--) {
            odds.put(text(from), doubles(from));
        }
        List<String> rowIds = texts(from);
        double[] weights = from.readBoolean() ? doubles(from) : null;
        @Nullable String @Nullable [] groups = optional(from);
        String[] assets = from.readBoolean() ? texts(from).toArray(String[]::new) : null;
        return new TrainingTable(
                features, labels, values, eventTime, knownAt, day, segment, odds, rowIds, weights, groups, assets);
    }

    private static Map<String, Map<Double, String>> categories(DataInputStream from) throws IOException {
        Map<String, Map<Double, String>> categories = new LinkedHashMap<>();
        for (int k = from.readInt(); k > 0; k--) {
            Map<Double, String> values = new LinkedHashMap<>();
            categories.put(text(from), values);
            for (int v = from.readInt(); v > 0; v--) {
                values.put(from.readDouble(), text(from));
            }
        }
        return categories;
    }

    private static void text(DataOutputStream to, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        to.writeInt(bytes.length);
        to.write(bytes);
    }

    private static String text(DataInputStream from) throws IOException {
        return new String(bytes(from, from.readInt()), StandardCharsets.UTF_8);
    }

    private static void texts(DataOutputStream to, List<String> texts) throws IOException {
        to.writeInt(texts.size());
        for (String text : texts) {
            text(to, text);
        }
    }

    private static List<String> texts(DataInputStream from) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int k = from.readInt(); k > 0; k--) {
            texts.add(text(from));
        }
        return texts;
    }

    /** Texts of which any, or all together, may be missing. */
    private static void optional(DataOutputStream to, @Nullable String @Nullable [] texts) throws IOException {
        to.writeInt(texts == null ? -1 : texts.length);
        if (texts != null) {
            for (String text : texts) {
                to.writeBoolean(text != null);
                if (text != null) {
                    text(to, text);
                }
            }
        }
    }

    private static @Nullable String @Nullable [] optional(DataInputStream from) throws IOException {
        int count = from.readInt();
        if (count < 0) {
            return null;
        }
        @Nullable String[] texts = new @Nullable String[count];
        for (int i = 0; i < count; i++) {
            texts[i] = from.readBoolean() ? text(from) : null;
        }
        return texts;
    }

    private static void ints(DataOutputStream to, int[] values) throws IOException {
        byte[] bytes = new byte[Math.multiplyExact(values.length, Integer.BYTES)];
        ByteBuffer.wrap(bytes).asIntBuffer().put(values);
        array(to, values.length, bytes);
    }

    private static int[] ints(DataInputStream from) throws IOException {
        int[] values = new int[from.readInt()];
        ByteBuffer.wrap(bytes(from, Math.multiplyExact(values.length, Integer.BYTES))).asIntBuffer().get(values);
        return values;
    }

    private static void longs(DataOutputStream to, long[] values) throws IOException {
        byte[] bytes = new byte[Math.multiplyExact(values.length, Long.BYTES)];
        ByteBuffer.wrap(bytes).asLongBuffer().put(values);
        array(to, values.length, bytes);
    }

    private static long[] longs(DataInputStream from) throws IOException {
        long[] values = new long[from.readInt()];
        ByteBuffer.wrap(bytes(from, Math.multiplyExact(values.length, Long.BYTES))).asLongBuffer().get(values);
        return values;
    }

    private static void doubles(DataOutputStream to, double[] values) throws IOException {
        byte[] bytes = new byte[Math.multiplyExact(values.length, Double.BYTES)];
        ByteBuffer.wrap(bytes).asDoubleBuffer().put(values);
        array(to, values.length, bytes);
    }

    private static double[] doubles(DataInputStream from) throws IOException {
        double[] values = new double[from.readInt()];
        ByteBuffer.wrap(bytes(from, Math.multiplyExact(values.length, Double.BYTES))).asDoubleBuffer().get(values);
        return values;
    }

    private static void array(DataOutputStream to, int length, byte[] bytes) throws IOException {
        to.writeInt(length);
        to.write(bytes);
    }

    private static byte[] bytes(DataInputStream from, int count) throws IOException {
        if (count < 0) {
            throw new IOException("The file holds no rows of a training: a length is below 0.");
        }
        byte[] bytes = from.readNBytes(count);
        if (bytes.length < count) {
            throw new IOException("The file of a training's rows ends too early.");
        }
        return bytes;
    }
}
