package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.Problem;
import dev.keelson.monitor.DataChange;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be made wrong on purpose.
 *
 * @param drift its current side is changed, by default the model's training data; its reference is compared with, by default
 *     what is changed, as it was
 * @param changes what is changed, as texts
 * @param seed of noise
 * @param out the file that is written, .csv, .csv.gz or .parquet; null for none
 * @param check whether the changed rows are judged
 */
public record SimulateRequest(
        DriftRequest drift, DataChange.Texts changes, long seed, @Nullable String out, boolean check) {
    /** Keys of its document. */
    public static final Set<String> KEYS;

    /** Changes without another seed are made with this one. */
    public static final long SEED = 42;

    static {
        Set<String> keys = new HashSet<>(DriftRequest.KEYS);
        keys.addAll(Set.of("scale", "shift", "noise", "swap", "drop", "stuck", "seed", "out", "check"));
        KEYS = Set.copyOf(keys);
    }

    /** The document that asks the same. */
    public ObjectNode toJson() {
        ObjectNode node = drift.toJson();
        put(node, "scale", changes.scale());
        put(node, "shift", changes.shift());
        put(node, "noise", changes.noise());
        put(node, "swap", changes.swap());
        put(node, "drop", changes.drop());
        put(node, "stuck", changes.stuck());
        node.put("seed", seed);
        if (out != null) {
            node.put("out", out);
        }
        return node.put("check", check);
    }

    private static void put(ObjectNode node, String key, List<String> texts) {
        var list = node.putArray(key);
        texts.forEach(list::add);
    }

    /**
     * Reads a document.
     *
     * @param problems takes the keys whose values are of another kind; what they say is read as far as it goes
     */
    public static SimulateRequest read(JsonNode node, List<Problem> problems) {
        DataChange.Texts changes = new DataChange.Texts(
                DriftRequest.texts(node, "scale", problems),
                DriftRequest.texts(node, "shift", problems),
                DriftRequest.texts(node, "noise", problems),
                DriftRequest.texts(node, "swap", problems),
                DriftRequest.texts(node, "drop", problems),
                DriftRequest.texts(node, "stuck", problems));
        Integer seed = DriftRequest.whole(node, "seed", problems);
        return new SimulateRequest(
                DriftRequest.read(node, problems),
                changes,
                seed == null ? SEED : seed,
                DriftRequest.text(node, "out", problems),
                DriftRequest.flag(node, "check", problems));
    }
}
