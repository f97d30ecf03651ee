package dev.keelson.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.data.ValidationReport;
import java.util.List;

/** What checks of sources found, as JSON. */
public final class ChecksJson {
    private ChecksJson() {}

    /**
     * The report itself of one source; of several, {@code accepted} (whether a load would take them all) and their reports as
     * {@code sources}.
     *
     * @param reports at least one
     */
    public static ObjectNode of(List<ValidationReport> reports) {
        if (reports.size() == 1) {
            return reports.getFirst().toJson();
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("accepted", reports.stream().allMatch(ValidationReport::accepted));
        ArrayNode sources = node.putArray("sources");
        reports.forEach(report -> sources.add(report.toJson()));
        return node;
    }
}
