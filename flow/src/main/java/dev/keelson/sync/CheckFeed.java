package dev.keelson.sync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.registry.StoredReport;
import dev.keelson.registry.spi.Catalog;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of the checks of loads and validations, report by report in order of time.
 *
 * <p>The mark: {@code at} and {@code id} of the last report written, and {@code reports}, how many there are up to it; when
 * there is another number of them, some came in before it, and all are given again.
 */
final class CheckFeed extends OwnFeed {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<String> KINDS = List.of("load", "validation");
    private static final Comparator<StoredReport> ORDER =
            Comparator.comparing(StoredReport::at).thenComparing(StoredReport::id);

    private final Catalog catalog;

    CheckFeed(Catalog catalog) {
        super(OwnTable.CHECK_RESULTS);
        this.catalog = catalog;
    }

    @Override
    void readAll(JsonNode mark, Pages pages) {
        List<StoredReport> reports = new ArrayList<>();
        KINDS.forEach(kind -> reports.addAll(catalog.read(tx -> tx.reports(kind, null, Integer.MAX_VALUE))));
        reports.sort(ORDER);
        int written = 0;
        if (mark.has("id")) {
            Instant at = Instant.parse(mark.path("at").asText());
            StoredReport last = new StoredReport(mark.path("id").asText(), "", "", at, "", "");
            written = (int) reports.stream().filter(each -> ORDER.compare(each, last) <= 0).count();
            written = written == mark.path("reports").asInt() ? written : 0;
        }
        for (int i = written; i < reports.size(); i++) {
            StoredReport report = reports.get(i);
            pages.take(
                    rows(report),
                    emptyMark().put("at", report.at().toString()).put("id", report.id()).put("reports", i + 1));
        }
    }

    private static List<@Nullable String[]> rows(StoredReport report) {
        JsonNode document = parsed(report.document());
        List<@Nullable String[]> rows = new ArrayList<>();
        String version = text(document, "dataset_version");
        for (JsonNode check : document.path("checks")) {
            rows.add(new @Nullable String[] {
                report.id() + "#" + (rows.size() + 1),
                report.subject(),
                report.at().toString(),
                document.path("of").asText(report.kind()),
                report.verdict(),
                "none".equals(version) ? null : version,
                text(check, "severity"),
                text(check, "condition"),
                text(check, "passed"),
                text(check, "observed"),
                text(check, "value"),
                text(check, "limit_value"),
                text(check, "detail")
            });
        }
        return rows;
    }

    private static JsonNode parsed(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A stored report is not JSON.", e);
        }
    }
}
