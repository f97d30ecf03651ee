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
        try (Opportunities log = new Opportunities(folder.resolve("o.jsonl"), null, CLOCK)) {
            for (int i = 0; i < 9; i++) {
                log.capture(opportunity(i));
            }
            log.settle("o4", JsonNodeFactory.instance.objectNode().put("result", "won"));
        }
        List<String> ids = new ArrayList<>();

        try (Opportunities log = new Opportunities(folder.resolve("o.jsonl"), null, CLOCK)) {
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
    void signaturesAreThoseOfTheStandard() { // RFC 4231, test case 2
        assertThat(Opportunities.signature("Jefe", "what do ya want for nothing?"))
                .isEqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
