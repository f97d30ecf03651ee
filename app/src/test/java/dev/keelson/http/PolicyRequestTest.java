package dev.keelson.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.monitor.health.HealthCosts;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Prices of a comparison. */
final class PolicyRequestTest {
    @Test
    void pricesOfTheModelCountWhereNoneIsNamed() {
        PolicyRequest asked = PolicyRequest.of("tips").priced(new HealthCosts(40, 500, 2));

        assertThat(asked.retrainCost()).isEqualTo(40);
        assertThat(asked.lossValue()).isEqualTo(2);
    }

    @Test
    void namedPricesComeFirstAndUnknownOnesAreNoneAndOne() {
        PolicyRequest named = new PolicyRequest("tips", null, null, Duration.ofDays(1), 1, List.of(), 0.0, 3.0, List.of());

        assertThat(named.priced(new HealthCosts(40, 500, 2))).isEqualTo(named);
        assertThat(PolicyRequest.of("tips").priced(HealthCosts.UNKNOWN).retrainCost()).isZero();
        assertThat(PolicyRequest.of("tips").priced(HealthCosts.UNKNOWN).lossValue()).isOne();
    }
}
