package dev.keelson.registry.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.KeelsonException;
import dev.keelson.registry.tracking.Search.Clause;
import dev.keelson.registry.tracking.Search.Comparison;
import dev.keelson.registry.tracking.Search.Entity;
import dev.keelson.registry.tracking.Search.SortKey;
import dev.keelson.registry.tracking.Search.Subject;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterParserTest {
    @Test
    void everyEntityHasItsWords() {
        List<Clause> clauses = FilterParser.parse(
                Subject.RUNS,
                "metrics.auc > 0.8 AND metric.loss<=-1e-3 and params.depth = '3' AND param.x != \"4\" AND tags.a.b LIKE '%x' "
                        + "AND tag.c ILIKE 'Y_' AND attributes.status = 'FINISHED' AND attr.run_name='n' AND run.user_id != 'u' "
                        + "AND start_time >= 1700000000000 AND datasets.name IN ('d', 'e') AND dataset.digest NOT IN ('f')");

        assertThat(clauses)
                .containsExactly(
                        Clause.number(Entity.METRIC, "auc", Comparison.GREATER, 0.8),
                        Clause.number(Entity.METRIC, "loss", Comparison.AT_MOST, -1e-3),
                        Clause.text(Entity.PARAM, "depth", Comparison.EQUAL, "3"),
                        Clause.text(Entity.PARAM, "x", Comparison.NOT_EQUAL, "4"),
                        Clause.text(Entity.TAG, "a.b", Comparison.LIKE, "%x"),
                        Clause.text(Entity.TAG, "c", Comparison.ILIKE, "Y_"),
                        Clause.text(Entity.ATTRIBUTE, "status", Comparison.EQUAL, "FINISHED"),
                        Clause.text(Entity.ATTRIBUTE, "run_name", Comparison.EQUAL, "n"),
                        Clause.text(Entity.ATTRIBUTE, "user_id", Comparison.NOT_EQUAL, "u"),
                        Clause.number(Entity.ATTRIBUTE, "start_time", Comparison.AT_LEAST, 1.7e12),
                        Clause.text(Entity.DATASET, "name", Comparison.IN, "d", "e"),
                        Clause.text(Entity.DATASET, "digest", Comparison.NOT_IN, "f"));
    }

    @Test
    void keysMayBeQuoted() {
        assertThat(FilterParser.parse(Subject.RUNS, "metrics.`a b/c` = 1 AND params.\"d-e\" = 'x' AND tags.`q``r` = 'it''s'"))
                .containsExactly(
                        Clause.number(Entity.METRIC, "a b/c", Comparison.EQUAL, 1),
                        Clause.text(Entity.PARAM, "d-e", Comparison.EQUAL, "x"),
                        Clause.text(Entity.TAG, "q`r", Comparison.EQUAL, "it's"));
    }

    @Test
    void otherWordsForAttributesAreKnown() {
        assertThat(FilterParser.parse(Subject.RUNS, "Created > 5 AND attributes.`Run name` = 'x'"))
                .containsExactly(
                        Clause.number(Entity.ATTRIBUTE, "start_time", Comparison.GREATER, 5),
                        Clause.text(Entity.ATTRIBUTE, "run_name", Comparison.EQUAL, "x"));
    }

    @Test
    void valueThatLooksLikeAConditionStaysAValue() {
        assertThat(FilterParser.parse(Subject.RUNS, "tags.a = 'x AND tags.b = 1; DROP TABLE runs --'"))
                .containsExactly(
                        Clause.text(Entity.TAG, "a", Comparison.EQUAL, "x AND tags.b = 1; DROP TABLE runs --"));
    }

    @Test
    void emptyFilterAsksForNothing() {
        assertThat(FilterParser.parse(Subject.RUNS, null)).isEmpty();
        assertThat(FilterParser.parse(Subject.RUNS, " \n")).isEmpty();
    }

    @Test
    void subjectsHaveTheirOwnAttributes() {
        assertThat(FilterParser.parse(Subject.EXPERIMENTS, "name ILIKE '%a%' AND creation_time > 1 AND tags.k = 'v'"))
                .hasSize(3);
        assertThat(FilterParser.parse(Subject.REGISTERED_MODELS, "name = 'a' AND tags.`k` != 'v'")).hasSize(2);
        assertThat(FilterParser.parse(
                        Subject.VERSIONS, "version_number >= 2 AND run_id IN ('a','b') AND source_path LIKE 'x%' AND name='m'"))
                .hasSize(4);
        assertThat(FilterParser.parse(
                        Subject.LOGGED_MODELS, "metrics.acc > 0.5 AND params.x IN ('1') AND status = 'LOGGED_MODEL_READY'"))
                .last()
                .isEqualTo(Clause.text(Entity.ATTRIBUTE, "status", Comparison.EQUAL, "READY"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "metrics.auc > 0.8 OR metrics.auc < 0.1",
                "metrics.auc > '0.8'",
                "metrics.auc LIKE '0'",
                "metrics.auc IN (1)",
                "metrics.a-b > 1",
                "params.x = 3",
                "params.x > '3'",
                "params.x IN ('3')",
                "tags.x = v",
                "tags.x = 'v' AND",
                "AND tags.x = 'v'",
                "tags.x = 'v' tags.y = 'v'",
                "tags.x = 'v",
                "tags. = 'v'",
                "tags.`` = 'v'",
                "nonsense.x = 'v'",
                "nonsense = 'v'",
                "status IN ('FINISHED')",
                "run_id IN ()",
                "run_id IN ('a'",
                "run_id IN 'a'",
                "start_time = '5'",
                "start_time LIKE '5'",
                "datasets.source = 'x'",
                "metrics.auc == 1",
                "metrics.auc <> 1",
                "metrics.auc > NaN",
                "metrics.auc > 1 2",
                "metrics.auc > 1; DROP TABLE runs",
                "(metrics.auc > 1)",
                "metrics.auc",
                "metrics.auc >",
                "'a' = 'a'",
                "1 = 1",
                "--",
                "tags.x NOT LIKE 'v'"
            })
    void anythingElseIsRefused(String filter) {
        assertThatThrownBy(() -> FilterParser.parse(Subject.RUNS, filter))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("Invalid clause(s) in filter string: '");
    }

    @Test
    void subjectWithoutMetricsRefusesThem() {
        assertThatThrownBy(() -> FilterParser.parse(Subject.EXPERIMENTS, "metrics.a > 1"))
                .hasMessageContaining("experiments have no metrics");
        assertThatThrownBy(() -> FilterParser.parse(Subject.LOGGED_MODELS, "datasets.name = 'a'"))
                .hasMessageContaining("Invalid clause(s)");
    }

    @Test
    void filterWithTooManyClausesIsRefused() {
        String many = "metrics.a > 1" + " AND metrics.a > 1".repeat(100);

        assertThatThrownBy(() -> FilterParser.parse(Subject.RUNS, many)).hasMessageContaining("there are 101");
    }

    @ParameterizedTest
    @EnumSource
    void whateverIsWrittenIsReadOrRefused(Subject subject) {
        String[] pieces = {
            "metrics", ".", "`", "'", "\"", "a", " ", "=", ">", "!=", "LIKE", "IN", "(", ")", ",", "1", "-", "e", "AND", "tags", "name",
            "%", "\u0000", "\ud83d", "NOT", ";", "\n"
        };
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            StringBuilder filter = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                filter.append(pieces[random.nextInt(pieces.length)]);
            }
            try {
                assertThat(FilterParser.parse(subject, filter.toString())).as(filter.toString()).isNotNull();
            } catch (KeelsonException e) {
                assertThat(e).as(filter.toString()).hasMessageContaining("Invalid clause(s) in filter string");
            }
        }
    }

    @Test
    void orderHasDirections() {
        assertThat(OrderParser.parse(Subject.RUNS, List.of("metrics.`a b` DESC", "start_time asc", "params.x", "tag.y ASC")))
                .containsExactly(
                        new SortKey(Entity.METRIC, "a b", false),
                        new SortKey(Entity.ATTRIBUTE, "start_time", true),
                        new SortKey(Entity.PARAM, "x", true),
                        new SortKey(Entity.TAG, "y", true));
    }

    @Test
    void keyOrderedByTwiceIsRefused() {
        assertThatThrownBy(() -> OrderParser.parse(Subject.RUNS, List.of("start_time", "Created DESC")))
                .hasMessageContaining("twice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "metrics.a UP", "metrics.a DESC, metrics.b", "nonsense", "datasets.name", "start_time; DROP TABLE runs", "1"})
    void otherOrdersAreRefused(String order) {
        assertThatThrownBy(() -> OrderParser.parse(Subject.RUNS, List.of(order)))
                .isInstanceOf(KeelsonException.class)
                .hasMessageContaining("Invalid clause(s) in filter string: order_by");
    }
}
