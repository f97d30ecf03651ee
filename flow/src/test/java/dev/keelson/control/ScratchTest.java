package dev.keelson.control;
import dev.keelson.registry.ModelVersion.Kind;
import dev.keelson.monitor.*;
import org.junit.jupiter.api.Test;
import java.util.*;
class ScratchTest {
    static double[] t5(Random r, int n, double mean, double sd) { double[] g = new double[n]; for (int i = 0; i < n; i++) { double chi = 0; for (int k = 0; k < 5; k++) { double z = r.nextGaussian(); chi += z * z; } g[i] = mean + sd * r.nextGaussian() / Math.sqrt(chi / 5) / Math.sqrt(5.0 / 3); } return g; }
    @Test void gate() {
        var pol = new PromotionPolicyDefinition("g", List.of(), PromotionPolicyDefinition.Preset.RECOMMENDED, DecayMonitorDefinition.Metric.LOG_LOSS, 0.005, 0.05, List.of(), null);
        for (Kind kind : List.of(Kind.CHANGE, Kind.REFRESH)) for (double gain : new double[] {-0.01, -0.005, 0, 0.0009, 0.005, 0.01}) {
            int pro = 0, rej = 0; double looks = 0;
            for (int p = 0; p < 1000; p++) {
                double[] g = t5(new Random(p * 31L + 7), 180, gain, 0.02);
                List<Double> all = Arrays.stream(g).boxed().toList();
                for (int n = 30; n <= 180; n += 1) {
                    var d = PromotionGate.decide(new PairedEpochs(all.subList(0, n), n, n, .5, .5), kind, pol).decision();
                    if (d instanceof PromotionDecision.Promote) { pro++; looks += n; break; }
                    if (d instanceof PromotionDecision.Reject) { rej++; break; }
                }
            }
            System.out.printf("%s gain %.4f: promoted %.3f (at %.0f epochs), rejected %.3f%n", kind, gain, pro / 1000.0, looks / Math.max(1, pro), rej / 1000.0);
        }
        System.out.println(PromotionGate.acceptance(.02, .005));
        int naive = 0;
        for (int p = 0; p < 1000; p++) { double[] g = t5(new Random(p * 31L + 7), 180, 0, 0.02); for (int n = 5; n <= 180; n++) { double m = 0, s = 0; for (int i = 0; i < n; i++) m += g[i] / n; for (int i = 0; i < n; i++) s += (g[i] - m) * (g[i] - m); if (m > 1.645 * Math.sqrt(s / (n - 1) / n)) { naive++; break; } } }
        System.out.println("naive " + naive / 1000.0);
        for (double[] c : new double[][] {{1.05, .01}, {1.05, .02}, {1.0, .01}, {1.1, .01}, {1.15, .01}}) {
            int dec = 0;
            for (int p = 0; p < 1000; p++) { Random r = new Random(p); double tested = .98 + c[1] * r.nextGaussian(); double[] l = t5(r, 180, .98 * c[0], .12); for (int n = 30; n <= 180; n++) if (DecayCheck.check(Arrays.copyOf(l, n), tested, c[1], .05).verdict() == DecayCheck.Verdict.DECAYED) { dec++; break; } }
            System.out.printf("decay true x%.2f err %.2f: %.3f%n", c[0], c[1], dec / 1000.0);
        }
    }
}
