package dev.keelson.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StageTimesTest {
    private final StageTimes times = new StageTimes();

    @Test
    void nothingIsToldBeforeTheFirstRequest() {
        assertThat(times.scrape()).isEmpty();
    }

    @Test
    void bucketsHoldWhatTookNoLonger() {
        StageTimes.OfModel model = times.of("football");
        model.took(StageTimes.Stage.PARSE, 1_000);
        model.took(StageTimes.Stage.PARSE, 1_001);
        model.took(StageTimes.Stage.PARSE, 2_000_000_000);

        String text = times.scrape();

        assertThat(text)
                .contains("# TYPE keelson_serve_stage_seconds histogram\n")
                .contains("keelson_serve_stage_seconds_bucket{model=\"football\",stage=\"parse\",le=\"1.0E-6\"} 1\n")
                .contains("keelson_serve_stage_seconds_bucket{model=\"football\",stage=\"parse\",le=\"2.5E-6\"} 2\n")
                .contains("keelson_serve_stage_seconds_bucket{model=\"football\",stage=\"parse\",le=\"+Inf\"} 3\n")
                .contains("keelson_serve_stage_seconds_sum{model=\"football\",stage=\"parse\"} 2.000002001\n")
                .contains("keelson_serve_stage_seconds_count{model=\"football\",stage=\"write\"} 0\n");
    }
}
