package dev.keelson.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.ResultRows.Columns;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ResultAnalysisTest {
    private static final Columns PLAIN = new Columns("result", null, null, null, null, Map.of());

    private static ObjectNode analysed(String csv, Columns columns) {
        List<JsonNode> table = new ArrayList<>();
        CsvObjects.read(csv).forEach(table::add);
        return ResultAnalysis.of(ResultRows.ofTable("t", table, columns, ZoneOffset.UTC));
    }

    private static String csv(String letters) {
        return "result\n" + String.join("\n", letters.split("")) + "\n";
    }

    private static JsonNode test(JsonNode told, String name) {
        return told.path("tests").valueStream().filter(each -> each.path("name").asText().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void resultsThatComeTogetherAreNotChance() {
        ObjectNode told = analysed(csv("WWWWWWWWWWLLLLLLLLLLWWWWWWWWWWLLLLLLLLLL"), PLAIN);

        assertThat(told.path("verdict").asText()).isEqualTo("beyond_chance");
        assertThat(told.path("sentence").asText()).contains("is not chance", "equal results come together");
        assertThat(test(told, "runs").path("statistic").asInt()).isEqualTo(4);
        assertThat(test(told, "runs").path("method").asText()).isEqualTo("exact");
        assertThat(test(told, "uniformity").path("p").asDouble()).isEqualTo(1);
    }

    @Test
    void alternatingResultsAreNotChanceEither() {
        assertThat(analysed(csv("WL".repeat(20)), PLAIN).path("sentence").asText()).contains("alternate");
    }

    @Test
    void fewResultsAreToldNotJudged() {
        ObjectNode told = analysed(csv("WWWWWWWWWWWWWWWL"), PLAIN);

        assertThat(told.path("verdict").asText()).isEqualTo("too_few");
        assertThat(told.path("sentence").asText()).contains("16 results are too few", "20 are needed");
        assertThat(told.path("tests")).isEmpty();
        assertThat(told.path("longest_streaks").path(0).path("length").asInt()).isEqualTo(15);
        assertThat(told.path("cannot_say").path(0).asText()).contains("Whether the order is chance");
    }

    @Test
    void whatSoManyResultsCannotShowIsSaid() {
        ObjectNode told = analysed(csv("WWLWLLLWWLWLLWLWWWLLWLWWLLWLWL"), PLAIN);

        assertThat(told.path("verdict").asText()).isEqualTo("chance");
        assertThat(told.path("cannot_say").path(0).asText()).contains("51 points", "785 results");
    }

    @Test
    void statedChancesOddsAndTimesAreUsed() {
        StringBuilder csv = new StringBuilder("when,result,p,price\n");
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 59; i >= 0; i--) { // newest first: the column of times puts them right
            csv.append("2024-%02d-%02dT10:00:00Z,%s,0.7,1.5\n".formatted(1 + i / 28, 1 + i % 28, random.nextDouble() < 0.4 ? "won" : "lost"));
        }

        ObjectNode told = analysed(csv.toString(), new Columns("result", "p", "price", "when", null, Map.of()));

        assertThat(told.path("from").asText()).isEqualTo("2024-01-01T10:00:00Z");
        assertThat(test(told, "stated_chances").path("found").asBoolean()).isTrue();
        assertThat(test(told, "stated_chances").path("sentence").asText()).contains("42.0 expected", "fewer than stated");
        assertThat(told.path("longest_streaks").path(0).has("chance_as_stated")).isTrue();
        assertThat(told.at("/money/bets").asInt()).isEqualTo(60);
        double wins = told.path("categories").path(0).path("count").asDouble();
        assertThat(told.at("/money/profit").asDouble()).isCloseTo(wins * 0.5 - (60 - wins), within(1e-9));
        assertThat(told.at("/money/roi_upper").asDouble()).isGreaterThan(told.at("/money/roi").asDouble());
    }

    @Test
    void categoriesWithoutValuesAreAnalysedToo() {
        ObjectNode told = analysed(csv("HHDAHDHAHHADHHDAAHHDHAHDHHAH"), PLAIN);

        assertThat(told.path("transitions")).hasSize(9);
        assertThat(told.path("categories").path(0).path("name").asText()).isEqualTo("H");
        assertThat(test(told, "serial_correlation").path("method").asText()).isEqualTo("shuffles");
        assertThat(told.path("money").isNull()).isTrue();
    }

    @Test
    void successMayBeNamedAndRowsChosen() {
        ObjectNode told = analysed("team,result\na,x\nb,y\na,y\na,x\n", new Columns("result", null, null, null, "y", Map.of("team", "a")));

        assertThat(told.path("results").asInt()).isEqualTo(3);
        assertThat(told.path("categories").path(0).path("name").asText()).isEqualTo("y");
        assertThat(told.path("notes").toString()).contains("1 rows with other values in team");
    }

    @Test
    void everythingThatIsWrongIsNamed() {
        assertThatThrownBy(() -> analysed("outcome,p\nwon,0.5\n", new Columns("result", "q", null, null, null, Map.of())))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.problems()).hasSize(2))
                .hasMessageContaining("no column (q)");
        assertThatThrownBy(() -> analysed(
                        "result,p,o,t\nwon,1.5,0.9,x\nlost,0.5,2,2020-05-01\n", new Columns("result", "p", "o", "t", null, Map.of())))
                .isInstanceOfSatisfying(KeelsonException.class, e -> assertThat(e.problems()).hasSize(3))
                .hasMessageContaining("(1.5) of p in row 1");
        assertThatThrownBy(() -> analysed(csv("abcdefghijklmn"), PLAIN)).hasMessageContaining("14 different results");
        assertThatThrownBy(() -> analysed(csv("WL"), new Columns("result", null, null, null, "X", Map.of())))
                .hasMessageContaining("No result is the success (X); the results are W, L");
    }

    @Test
    void nothingIsSaidOfNothing() {
        ObjectNode told = ResultAnalysis.of(new ResultRows("m", "hits", List.of(), List.of("right", "wrong"), List.of()));

        assertThat(told.path("verdict").asText()).isEqualTo("too_few");
        assertThat(told.path("sentence").asText()).isEqualTo("No results yet, so nothing can be said.");
        assertThat(told.path("current_streak").isNull()).isTrue();
    }
}
