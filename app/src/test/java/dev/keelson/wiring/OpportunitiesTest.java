package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.Bets.Filter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OpportunitiesTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2024-01-01T00:00:00Z"));

    @TempDir
    Path folder;

    private static ObjectNode opportunity(int number) {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("id", "o" + number)
                .put("at", Instant.parse("2024-01-01T00:00:00Z").plusSeconds(number).toString());
        node.putObject("bet").put("sport", number % 2 == 0 ? "Tennis" : "Football");
        return node;
    }

    private static Filter filter(@Nullable String state, @Nullable String cursor, int limit) {
        return new Filter(state, Map.of("sport", "Tennis"), null, null, null, cursor, limit);
    }

    @Test
    void pagesGoThroughAllOfAKindNewestFirstAlsoAfterARestart() {
        try (Opportunities log = new Opportunities(folder.resolve("o.db"), null, CLOCK)) {
            for (int i = 0; i < 9; i++) {
                log.capture(opportunity(i));
            }
            log.settle("o4", JsonNodeFactory.instance.objectNode().put("result", "won"));
        }
        List<String> ids = new ArrayList<>();

        try (Opportunities log = new Opportunities(folder.resolve("o.db"), null, CLOCK)) {
            String cursor = null;
            do {
                ObjectNode page = log.page(filter(null, cursor, 2));
                assertThat(page.path("total").asInt()).isEqualTo(5);
                page.path("opportunities").forEach(each -> ids.add(each.path("id").asText()));
                cursor = page.path("next_cursor").textValue();
            } while (cursor != null);

            assertThat(ids).containsExactly("o8", "o6", "o4", "o2", "o0");
            assertThat(log.page(filter("settled", null, 9)).at("/opportunities/0/settlement/result").asText()).isEqualTo("won");
            assertThat(log.page(filter("open", null, 9)).path("total").asInt()).isEqualTo(4);
        }
    }

    @Test
    void columnsOfAnyTypeAndTimesNarrowTheListAndACorrectionCounts() {
        try (Opportunities log = new Opportunities(folder.resolve("o.db"), null, CLOCK)) {
            for (int i = 0; i < 4; i++) {
                ObjectNode opportunity = opportunity(i);
                ((ObjectNode) opportunity.path("bet")).put("odds", 1.5 + i / 2.0).put("live", i % 2 == 0);
                log.capture(opportunity);
            }
            log.settle("o1", JsonNodeFactory.instance.objectNode().put("result", "won"));
            log.settle("o1", JsonNodeFactory.instance.objectNode().put("result", "lost"));

            assertThat(ids(log, Map.of("odds", "2.5"), null, null)).containsExactly("o2");
            assertThat(ids(log, Map.of("live", "true"), null, null)).containsExactly("o2", "o0");
            assertThat(ids(log, Map.of("absent", ""), null, null)).hasSize(4);
            assertThat(log.page(new Filter(null, Map.of(), "TENN", null, null, null, 9)).path("total").asInt()).isEqualTo(2);
            assertThat(log.page(new Filter(null, Map.of(), "%", null, null, null, 9)).path("total").asInt()).isZero();
            assertThat(ids(log, Map.of(), "2024-01-01T00:00:01Z", "2024-01-01T00:00:03Z")).containsExactly("o2", "o1");
            ObjectNode settled = Objects.requireNonNull(log.find("o1"));
            assertThat(settled.at("/settlement/result").asText()).isEqualTo("lost");
            assertThat(settled.path("state").asText()).isEqualTo("settled");
            assertThat(log.find("none")).isNull();
        }
    }

    private static List<String> ids(
            Opportunities log, Map<String, String> columns, @Nullable String from, @Nullable String to) {
        List<String> ids = new ArrayList<>();
        log.page(new Filter(
                        null, columns, null, from == null ? null : Instant.parse(from), to == null ? null : Instant.parse(to), null, 9))
                .path("opportunities")
                .forEach(each -> ids.add(each.path("id").asText()));
        return ids;
    }

    @Test
    void signaturesAreThoseOfTheStandard() { // RFC 4231, test case 2
        assertThat(Opportunities.signature("Jefe", "what do ya want for nothing?"))
                .isEqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
