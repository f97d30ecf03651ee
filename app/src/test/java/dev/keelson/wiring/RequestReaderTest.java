package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.data.SourceReader;
import dev.keelson.error.Problem;
import dev.keelson.expression.ArrayRow;
import dev.keelson.frame.Schema;
import dev.keelson.http.PlainRow;
import dev.keelson.project.Project;
import dev.keelson.store.files.FileSourceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RequestReaderTest {
    private static final String PROJECT = """
            keelson: 1
            project: games
            timezone: UTC
            sources:
              games:
                file: games.csv
                key: [league, id]
                event_time: time
                outcomes: { columns: [result], known_after: 1h }
                columns:
                  league: string
                  id: { type: string, required: true }
                  time: timestamp
                  day: date
                  round: { type: long, min: 1, max: 40 }
                  strength: { type: double, min: -5, max: 5 }
                  odds: { type: double, min: 1.01, on_fail: null }
                  night: boolean
                  surface: { type: enum, values: [grass, clay] }
                  result: { type: enum, values: [home, away] }
                rules:
                  - strength < 4 or round > 1
            models:
              winner:
                label: games.result
                features: [strength, odds, "case when night then round else 0 end"]
                learner: { logistic: { l2: 1 } }
                validate: { walk_forward: 2 folds, test: 30d, embargo: 1d }
            """;
    private static final List<String> NAMES =
            List.of("league", "id", "time", "day", "round", "strength", "odds", "night", "surface");
    private static final List<@Nullable Object> GOOD =
            List.of("E0", "7", "2026-03-01T15:00:00Z", "2026-03-01", 3L, 0.5, 2L, true, "clay");
    private static final @Nullable Object[] ANY = {
        null, "", " ", "E0", "2026-02-30", "2026-03-01", "2026-03-01T15:00:00Z", 0L, 1L, 41L, Long.MAX_VALUE, 0.5, -0.0, 4.5, 1e300,
        Double.POSITIVE_INFINITY, true, false, "grass"
    };

    @TempDir
    private Path folder;

    private RequestReader reader;

    @BeforeEach
    void compile() throws IOException {
        Files.writeString(folder.resolve("keelson.yaml"), PROJECT);
        Files.writeString(
                folder.resolve("games.csv"),
                """
                league,id,time,day,round,strength,odds,night,surface,result
                E0,1,2026-01-01T00:00:00Z,2026-01-01,1,0.5,2,true,clay,home
                """);
        Project project = Projects.read(folder, Map.of());
        Schema schema = new SourceReader(new FileSourceFiles(folder))
                .read(project.sources().getFirst(), null)
                .frame()
                .schema();
        ModelPlan plan =
                ProjectModels.of(project, Map.of("games", schema)).plans().getFirst();
        reader = new RequestReader(plan, new EntityKeys(project));
    }

    @Test
    void goodRowHasNoProblem() {
        List<Problem> problems = new ArrayList<>();

        RequestRow row = reader.read(plain(NAMES, GOOD), 0, problems);

        assertThat(problems).isEmpty();
        assertThat(row.entity()).isEqualTo("E0|7");
        assertThat(row.segment()).isEqualTo("E0");
        assertThat(row.eventTime()).isEqualTo("2026-03-01T15:00:00Z");
    }

    @Test
    void plainRowsAreCheckedAsAnyOthers() {
        Random random = new Random(1);
        int good = 0;

        for (int i = 0; i < 5_000; i++) {
            List<@Nullable Object> values = new ArrayList<>(GOOD);
            for (int change = random.nextInt(3); change > 0; change--) {
                values.set(random.nextInt(values.size()), ANY[random.nextInt(ANY.length)]);
            }
            good += sameOf(NAMES, values) ? 1 : 0;
        }

        assertThat(good).isBetween(1_000, 4_000);
    }

    @Test
    void unknownMissingAndOutcomeFieldsAreToldAsEver() {
        List<@Nullable Object> values = GOOD;

        assertThat(sameOf(List.of("league", "id", "time", "day", "round", "strenght", "odds", "night", "surface"), values)).isFalse();
        assertThat(sameOf(List.of("league", "id", "time", "day", "round", "strength", "odds", "night", "result"), values)).isFalse();
        assertThat(sameOf(NAMES.subList(0, 6), values.subList(0, 6))).isFalse();
        assertThat(sameOf(NAMES.subList(1, 9), values.subList(1, 9))).isFalse();
    }

    @Test
    void entityStandsForTheKeyColumns() {
        Map<String, @Nullable Object> named = cells();
        named.keySet().removeAll(List.of("league", "id"));
        named.put("entity", "E0|7");
        List<Problem> problems = new ArrayList<>();

        RequestRow row = reader.read(named, 0, problems);

        assertThat(problems).isEmpty();
        assertThat(text(row)).isEqualTo(text(reader.read(cells(), 0, problems)));
    }

    @Test
    void entityThatNamesNoRowIsToldOnce() {
        for (@Nullable Object wrong : Arrays.asList("E0", "E0|", "E0|7|x", true, null)) {
            Map<String, @Nullable Object> named = cells();
            named.keySet().removeAll(List.of("league", "id"));
            named.put("entity", wrong);

            assertThat(problems(named)).singleElement().satisfies(problem -> {
                assertThat(problem.location()).hasToString("rows[0].entity");
                assertThat(problem.message()).isEqualTo(
                        "The entity (%s) names no row; expected the values of league|id joined by |.".formatted(wrong));
            });
        }
        Map<String, @Nullable Object> torn = cells();
        torn.put("entity", "E0|8");
        assertThat(problems(torn)).singleElement().satisfies(problem -> assertThat(problem.message())
                .isEqualTo("The entity (E0|8) says that id is 8, its column that it is 7; expected the same."));
    }

    @Test
    void keyThatIsMissingOrNullIsOneProblemWithItsRemedy() {
        Map<String, @Nullable Object> missing = cells();
        missing.remove("id");
        Map<String, @Nullable Object> empty = cells();
        empty.put("id", null);

        assertThat(problems(missing)).singleElement().satisfies(problem -> {
            assertThat(problem.message()).isEqualTo("The key field (id) is missing; league, id tell what a row is about.");
            assertThat(problem.hint()).contains("`entity`").doesNotContain("null");
        });
        assertThat(problems(empty)).singleElement().satisfies(problem ->
                assertThat(problem.message()).isEqualTo("The key field (id) must have a value, not null."));
    }

    private List<Problem> problems(Map<String, @Nullable Object> row) {
        List<Problem> problems = new ArrayList<>();
        reader.read(row, 0, problems);
        return problems;
    }

    private static Map<String, @Nullable Object> cells() {
        Map<String, @Nullable Object> cells = new LinkedHashMap<>();
        for (int i = 0; i < NAMES.size(); i++) {
            cells.put(NAMES.get(i), GOOD.get(i));
        }
        return cells;
    }

    /** Whether the row is good; in either form it must be the same row, or have the same problems. */
    private boolean sameOf(List<String> names, List<@Nullable Object> values) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            map.put(names.get(i), values.get(i));
        }
        List<Problem> ofMap = new ArrayList<>();
        List<Problem> ofPlain = new ArrayList<>();
        RequestRow first = reader.read(map, 3, ofMap);
        RequestRow second = reader.read(plain(names, values), 3, ofPlain);
        assertThat(ofPlain).as(values.toString()).isEqualTo(ofMap);
        if (ofMap.isEmpty()) {
            assertThat(text(second)).isEqualTo(text(first));
        }
        return ofMap.isEmpty();
    }

    private static PlainRow plain(List<String> names, List<@Nullable Object> values) {
        PlainRow row = new PlainRow(new PlainRow.Shape(names));
        for (int i = 0; i < values.size(); i++) {
            switch (values.get(i)) {
                case null -> {}
                case Double number -> row.setDouble(i, number);
                case Long number -> row.setLong(i, number);
                case Object other -> row.set(i, other);
            }
        }
        return row;
    }

    private static String text(RequestRow request) {
        ArrayRow row = request.row();
        String[] cells = new String[row.schema().columns().size()];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = row.isNull(i)
                    ? "null"
                    : Double.doubleToRawLongBits(row.doubleAt(i)) + " " + row.longAt(i) + " " + row.textAt(i);
        }
        return "%s %s %s %s %s".formatted(request.entity(), request.keys(), request.segment(), request.eventTime(), Arrays.toString(cells));
    }
}
