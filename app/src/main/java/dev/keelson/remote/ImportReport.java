package dev.keelson.remote;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What an import found and took over. Immutable.
 *
 * @param source what was imported from
 * @param dryRun whether nothing was written
 * @param counts of each kind of thing
 * @param bad what could not be read, and why; the rest was imported
 * @param clashes what differs from what is here, and was left as it is here
 * @param remarks what is there and is not imported
 */
public record ImportReport(
        String source, boolean dryRun, List<Count> counts, List<Bad> bad, List<Clash> clashes, List<String> remarks) {
    public ImportReport {
        counts = List.copyOf(counts);
        bad = List.copyOf(bad);
        clashes = List.copyOf(clashes);
        remarks = List.copyOf(remarks);
    }

    /** What is counted. */
    public enum What {
        EXPERIMENTS,
        RUNS,
        POINTS,
        PARAMS,
        TAGS,
        DATASETS,
        LOGGED_MODELS,
        FILES,
        BYTES,
        MODELS,
        VERSIONS,
        ALIASES,
        STAGES;

        /** Its name in documents. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How many there are and how many were new.
     *
     * @param found read in the source; what belongs to runs that are as they were at the last import is not read again
     * @param imported written here; of a dry run: what would be
     */
    public record Count(What what, long found, long imported) {}

    /** Something that could not be read. */
    public record Bad(String where, String reason) {}

    /**
     * A difference that is not settled.
     *
     * @param what which thing
     * @param here what it is here
     * @param there what it is in the source
     */
    public record Clash(String what, String here, String there) {}

    /** Whether everything that is there is here now, as it is there. */
    public boolean complete() {
        return bad.isEmpty() && clashes.isEmpty();
    }

    /** The count of one kind. */
    public Count count(What what) {
        return counts.stream().filter(each -> each.what() == what).findFirst().orElse(new Count(what, 0, 0));
    }

    /** As a document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("source", source).put("dry_run", dryRun);
        ObjectNode found = node.putObject("found");
        ObjectNode imported = node.putObject("imported");
        Arrays.stream(What.values()).forEach(what -> {
            found.put(what.key(), count(what).found());
            imported.put(what.key(), count(what).imported());
        });
        ArrayNode wrong = node.putArray("bad");
        bad.forEach(each -> wrong.addObject().put("where", each.where()).put("reason", each.reason()));
        ArrayNode differing = node.putArray("clashes");
        clashes.forEach(each ->
                differing.addObject().put("what", each.what()).put("here", each.here()).put("there", each.there()));
        ArrayNode said = node.putArray("remarks");
        remarks.forEach(said::add);
        return node;
    }
}
