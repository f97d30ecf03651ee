package dev.keelson.e2e.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.e2e.ondemand.Arguments;
import dev.keelson.http.server.JsonBenchmark;
import org.junit.jupiter.api.Test;

/** Every benchmark runs on a small league and reports its figures; how fast is not asserted. */
final class BenchmarksIT {
    private static final Arguments SMALL = Arguments.none().with("seasons", "3").with("repeats", "1");
    private static final Arguments TRAINED = SMALL.with("rounds", "20");

    @Test
    void loadIsMeasured() throws Exception {
        JsonNode figures = new LoadBenchmark().run(SMALL);

        assertThat(figures.get("rows").asInt()).isEqualTo(4_338);
        assertThat(figures.get("rows_a_second").asLong()).isPositive();
    }

    @Test
    void bulkLoadIsMeasured() throws Exception {
        JsonNode figures = new BulkLoadBenchmark().run(SMALL);

        assertThat(figures.get("rows").asInt()).isEqualTo(100_000);
        assertThat(figures.get("rows_a_second").asLong()).isPositive();
    }

    @Test
    void requestsAreChecked() throws Exception {
        JsonNode figures = new RequestCheckBenchmark().run(SMALL);

        assertThat(figures.get("good_of_one").asInt()).isOne();
    }

    @Test
    void featuresAreMeasured() throws Exception {
        JsonNode figures = new FeaturesBenchmark().run(SMALL);

        assertThat(figures.get("features").asInt()).isGreaterThan(20);
        assertThat(figures.get("values_a_second").asLong()).isPositive();
    }

    @Test
    void joinsAreMeasured() throws Exception {
        JsonNode figures =
                new JoinBenchmark().run(SMALL.with("entities", "1000").with("features", "20000").with("keys", "50"));

        assertThat(figures.get("in_event_order").get("ordered_path").asBoolean()).isTrue();
        assertThat(figures.get("created_time_and_ties").get("ordered_path").asBoolean()).isFalse();
        assertThat(figures.get("created_time_and_ties").get("present").asLong()).isGreaterThan(500);
    }

    @Test
    void presetIsJudgedByRowsItNeverSaw() throws Exception {
        JsonNode figures =
                new AutoMlBenchmark().run(SMALL.with("rows", "3000").with("preset", "fast").with("threads", "1"));

        double ceiling = figures.at("/ceiling/log_loss").asDouble();
        assertThat(figures.at("/test/log_loss").asDouble()).isBetween(ceiling, 0.69);
    }

    @Test
    void expressionsAreMeasured() throws Exception {
        JsonNode figures = new ExpressionsBenchmark().run(SMALL.with("rounds", "1000"));

        assertThat(figures.get("median_ns_a_value")).hasSizeGreaterThan(8).allMatch(value -> value.asDouble() > 0);
    }

    @Test
    void versionsAreSwappedWithoutAFailedRequest() throws Exception {
        JsonNode figures =
                new RolloutBenchmark()
                        .run(SMALL.with("rate", "200")
                                .with("seconds", "3")
                                .with("connections", "4")
                                .with("warm", "1")
                                .with("rows", "600")
                                .with("trees", "20"));

        assertThat(figures.at("/hot_swaps/swaps").asInt()).isPositive();
        assertThat(figures.at("/hot_swaps/with/requests").asInt()).isGreaterThan(300);
        assertThat(figures.at("/shadow/p50_ratio").asDouble()).isPositive();
    }

    @Test
    void foldsAreMeasured() throws Exception {
        JsonNode figures = new FoldsBenchmark().run(SMALL.with("events", "20000").with("keys", "50"));

        assertThat(figures.get("events_a_second_folded").asLong()).isPositive();
        assertThat(figures.get("online_single_window_updates_a_second").asLong()).isPositive();
        assertThat(figures.get("expression_ns")).isNotEmpty();
    }

    @Test
    void onlineFeaturesAreMeasured() throws Exception {
        JsonNode figures = new OnlineBenchmark()
                .run(Arguments.none().with("rows", "5000").with("keys", "1000").with("calls", "1000").with("seconds", "1"));

        assertThat(figures.get("materialize_rows_a_second").asDouble()).isPositive();
        assertThat(figures.get("read_1_entity").get("median_us").asDouble()).isPositive();
    }

    @Test
    void trainingIsMeasured() throws Exception {
        JsonNode figures = new TrainingBenchmark().run(TRAINED);

        assertThat(figures.get("refresh").get("median_ms").asDouble())
                .isPositive();
    }

    @Test
    void driftCheckIsMeasured() throws Exception {
        JsonNode figures = new DriftBenchmark().run(SMALL);

        assertThat(figures.get("check").get("calls").asInt()).isOne();
    }

    @Test
    void kolmogorovSmirnovIsMeasured() throws Exception {
        JsonNode figures = new KsBenchmark(2).run(SMALL.with("rows", "20000").with("events", "10000"));

        assertThat(figures.at("/both_unsorted/calls").asInt()).isOne();
        assertThat(figures.get("largest_error_of_sketched_distance").asDouble()).isLessThan(0.02);
        assertThat(figures.at("/stream/adwin_values_a_second").asLong()).isPositive();
    }

    @Test
    void driftOfParquetFilesIsMeasured() throws Exception {
        JsonNode figures = new ParquetDriftBenchmark().run(SMALL.with("rows", "20000").with("features", "3"));

        assertThat(figures.get("ks_verdict").asText()).isEqualTo("alarm");
        assertThat(figures.get("recommended_verdict").asText()).isEqualTo("alarm");
    }

    @Test
    void malformedRequestsAreRefusedWithoutAFault() throws Exception {
        JsonNode figures = new MalformedBenchmark().run(SMALL.with("requests", "1000").with("connections", "4"));

        assertThat(figures.get("faults").asInt()).as(figures.get("examples").toString()).isZero();
        assertThat(figures.get("same_answer_afterwards").asBoolean()).isTrue();
        assertThat(figures.at("/statuses/400").asInt()).isPositive();
        assertThat(figures.at("/statuses/415").asInt()).isPositive();
        assertThat(figures.at("/after/connections").asInt()).isEqualTo(1);
    }

    @Test
    void predictionsAreMeasured() throws Exception {
        JsonNode figures = new PredictBenchmark().run(TRAINED.with("calls", "1000"));

        assertThat(figures.get("served_with_journal").get("median_us").asDouble()).isPositive();
    }

    @Test
    void treesAreMeasuredAgainstTheLibrary() throws Exception {
        JsonNode figures = new TreesBenchmark().run(SMALL.with("rows", "200"));

        assertThat(figures.get("score_500_trees").get("largest_difference").asDouble()).isLessThan(1e-6);
        assertThat(figures.get("explain_200_trees").get("faster").asDouble()).isPositive();
    }

    @Test
    void fitIsMeasuredAgainstTheLibrary() throws Exception {
        JsonNode figures = new FitBenchmark().run(SMALL.with("rows", "500").with("rounds", "5"));

        assertThat(figures.get("same_bytes").asBoolean()).isTrue();
        assertThat(figures.get("ratio").asDouble()).isPositive();
    }

    @Test
    void weeksOfAReplayAreMeasured() {
        JsonNode figures = new ReplayBenchmark().run(TRAINED.with("weeks", "3"));

        assertThat(figures.get("all_policies").get("policies").asInt()).isEqualTo(3);
        assertThat(figures.get("all_policies").get("mean_ms_a_week_and_policy").asDouble()).isPositive();
    }

    @Test
    void listsAndComparisonsOfRunsAreMeasured() throws Exception {
        JsonNode figures = new RunsBenchmark().run(SMALL.with("rows", "600"));

        assertThat(figures.get("compared_runs").asInt()).isEqualTo(500);
        assertThat(figures.get("first_page").get("median_ms").asDouble()).isPositive();
    }

    @Test
    void copiesOfTheJournalAreCompared() throws Exception {
        JsonNode figures = new ReconcileBenchmark().run(SMALL.with("events", "500"));

        assertThat(figures.at("/index/records").asInt()).isEqualTo(500);
        assertThat(figures.at("/index/differences").asInt()).isZero();
    }

    @Test
    void everyRequestOfTheClosedLoopIsAnswered() throws Exception {
        JsonNode figures = new HttpBenchmark().run(TRAINED.with("seconds", "1").with("connections", "2"));

        assertThat(figures.get("predict").get("2_connections").get("requests").asLong()).isPositive();
        assertThat(figures.get("echo").get("2_connections").get("requests").asLong()).isPositive();
        assertThat(figures.get("index_caught_up_after_s").asDouble()).isNotNegative();
    }

    @Test
    void servingIsMeasuredBesideAnEcho() throws Exception {
        JsonNode figures = new ServeBenchmark()
                .run(SMALL.with("seconds", "1")
                        .with("connections", "4")
                        .with("warm", "1")
                        .with("rate", "200")
                        .with("rows", "600")
                        .with("trees", "20"));

        assertThat(figures.at("/closed_loop_4/keelson/requests").asInt()).isPositive();
        assertThat(figures.at("/closed_loop_4/ratios/over_echo").asDouble()).isPositive();
        assertThat(figures.at("/closed_loop_4/keelson_grpc/requests").asInt()).isPositive();
        assertThat(figures.at("/closed_loop_4/keelson_grpc/failed").asInt()).isZero();
        assertThat(figures.at("/batch_of_1000/keelson_grpc/requests").asInt()).isPositive();
        assertThat(figures.at("/open_loop_200/keelson_stored/requests").asInt()).isEqualTo(400);
        assertThat(figures.at("/index_caught_up_after_s").asDouble()).isNotNegative();
    }

    @Test
    void aScrapeTellsEveryFeatureInFewBytes() throws Exception {
        JsonNode figures = new ScrapeBenchmark().run(SMALL.with("features", "60").with("calls", "5"));

        assertThat(figures.get("drift_scores").asInt()).isEqualTo(61);
        assertThat(figures.get("bytes").asInt()).isLessThan(60_000);
    }

    @Test
    void overloadIsTurnedAwayAndLeavesTheServerWell() throws Exception {
        JsonNode figures = new OverloadBenchmark()
                .run(SMALL.with("seconds", "2")
                        .with("connections", "64")
                        .with("requests", "5")
                        .with("rows", "600")
                        .with("trees", "20"));

        assertThat(figures.at("/overload/answers/200").asInt()).isPositive();
        assertThat(figures.at("/overload/answers/others").asInt()).isZero();
        assertThat(figures.at("/after/requests").asInt()).isPositive();
        assertThat(figures.at("/memory/heap_most_seen_megabytes").asInt()).isBetween(1, 256);
    }

    @Test
    void manyRowsOfOneRequestAreMeasured() throws Exception {
        JsonNode figures = new CsvBatchBenchmark().run(TRAINED.with("rows", "2000"));

        assertThat(figures.get("rows_a_second").asLong()).isPositive();
    }

    @Test
    void readingOfJsonIsMeasured() throws Exception {
        JsonNode figures = new JsonBenchmark().run(SMALL.with("calls", "100"));

        assertThat(figures.at("/read/jackson_over_own").asDouble()).isPositive();
        assertThat(figures.at("/read/own/bytes_allocated").asLong()).isPositive();
    }

    @Test
    void trackingIsMeasured() throws Exception {
        JsonNode figures =
                new TrackingBenchmark().run(SMALL.with("seconds", "1").with("rows", "1000"));

        assertThat(figures.at("/log_batch_of_1000/metrics_a_second").asLong()).isPositive();
        assertThat(figures.at("/history_of_26000_points/points").asInt()).isEqualTo(26_000);
        assertThat(figures.at("/search_of_1000_runs/page_of_100/runs").asInt()).isEqualTo(100);
    }
}
