package dev.keelson.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.registry.Run;
import dev.keelson.registry.RunChecklist;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

final class RunFolderTest {
    private static final String OUTCOME = """
            {"reliability":[{"name":"top_label","bins":[{"lower":0.5,"upper":0.6,"count":4,"mean_forecast":0.55,"observed":0.5,
            "observed_lower":0.15,"observed_upper":0.85},{"lower":0.6,"upper":0.7,"count":0,"mean_forecast":"NaN","observed":"NaN",
            "observed_lower":"NaN","observed_upper":"NaN"}]},{"name":"a/b <1>","bins":[]}],
            "test":{"classes":2,"row_ids":["=1+1","x|2","x|3","x|4"],"labels":[0,1,1,0],"days":[17897,17898,17898,17900],
            "probabilities":[0.6,0.4,0.3,0.7,0.45,0.55,0.5,0.5]}}
            """;

    private static final String SLICES = """
            {"loss":"log_loss","metrics":{"log_loss":{"value":0.61}},"segments":[{"segment":"sport","value":"a,b","rows":4,
            "days":3,"metrics":{"log_loss":{"value":0.6,"lower":0.5,"upper":0.75}}}],"search":{"slices":[{"conditions":
            ["sport = x","odds <= 2"],"rows":40,"days":9,"loss":0.9,"rest":0.6,"expected":0.7,"p":0.01,"worse":true}]}}
            """;

    private static Run run() {
        return new Run(
                "0123456789abcdef0123456789abcdef",
                "bets",
                Run.Status.FINISHED,
                Instant.EPOCH,
                Instant.EPOCH,
                Map.of("mode", "full", "as_of", "2019-01-05T00:00:00Z", "calibration", "platt"),
                Map.of("test_log_loss", 0.61, "test_log_loss_lower", 0.5, "test_log_loss_upper", 0.7, "rows", 9.0),
                Map.of(),
                List.of(),
                "{\"seed\":42,\"rows\":9,\"dataset_version\":\"abc\",\"configuration\":{\"classes\":[\"a/b <1>\",\"won\"]}}");
    }

    private static SortedMap<String, byte[]> folder() {
        Map<String, byte[]> files = Map.of(
                "outcome.json", bytes(OUTCOME),
                "importance.csv", bytes("feature,share\nodds,0.75\nform,0.25\n"),
                "bankroll.csv", bytes("day,flat,kelly\n2019-01-01,101,100\n2019-01-04,99,90.5\n"),
                "slices.json", bytes(SLICES),
                "learning_curves.json",
                bytes("{\"curves\":[{\"member\":\"0-xgboost\",\"loss\":\"log_loss\",\"steps\":2,\"losses\":[0.9,0.5,0.6]}]}"),
                "model/a.json", bytes("{}"));
        return RunFolder.of(run(), files, RunChecklist.of(run(), id -> true, sha -> true));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(SortedMap<String, byte[]> folder, String path) {
        return new String(Objects.requireNonNull(folder.get(path), path), StandardCharsets.UTF_8);
    }

    @Test
    void folderHasSummaryNumbersPicturesAndTheModel() {
        SortedMap<String, byte[]> folder = folder();

        assertThat(folder.keySet())
                .contains(
                        "README.md", "metrics.json", "metrics.csv", "params.json", "environment.json", "provenance.json",
                        "checklist.json", "test_predictions.csv", "model/a.json", "plots/reliability-top.svg",
                        "plots/reliability-class-0.csv", "plots/roc-won.svg", "plots/precision-recall-won.csv",
                        "plots/confusion.svg", "plots/importance.svg", "plots/bankroll.svg", "plots/slices.svg", "plots/learning-curve-0-xgboost.svg");
        assertThat(text(folder, "plots/learning-curve-0-xgboost.csv"))
                .isEqualTo("step,log_loss,kept\n1,0.9,true\n2,0.5,true\n3,0.6,false\n");
        assertThat(text(folder, "plots/slices.csv")).isEqualTo("""
                kind,slice,rows,days,loss,lower,upper,expected,rest,adjusted_p,worse
                segment,"sport = a,b",4,3,0.6,0.5,0.75,,,,
                loss,sport = x and odds <= 2,40,9,0.9,,,0.7,0.6,0.01,true
                """);
        assertThat(text(folder, "README.md"))
                .contains("# bets, run 0123456789ab", "| log loss | 0.6100 | 0.5000 to 0.7000 |", "(plots/roc-won.svg)", "keelson reproduce");
        assertThat(text(folder, "metrics.csv")).contains("test_log_loss,0.61,0.5,0.7").doesNotContain("_lower");
        assertThat(text(folder, "plots/bankroll.csv"))
                .isEqualTo("""
                        day,flat,flat_drawdown,kelly,kelly_drawdown
                        2019-01-01,101.0,0.0,100.0,0.0
                        2019-01-04,99.0,0.019801980198019802,90.5,0.095
                        """);
        assertThat(text(folder, "plots/roc-won.csv"))
                .isEqualTo("threshold,false_positive_rate,true_positive_rate\n0.7,0.0,0.5\n0.55,0.0,1.0\n0.5,0.5,1.0\n0.4,1.0,1.0\n");
        assertThat(text(folder, "plots/confusion.csv")).endsWith("won,a/b <1>,0\nwon,won,2\n");
    }

    @Test
    void textsCannotRunAsFormulas() {
        assertThat(text(folder(), "test_predictions.csv"))
                .startsWith("row,day,came_true,p_a/b <1>,p_won\n'=1+1,2019-01-01,a/b <1>,0.6,0.4\n");
    }

    @Test
    void everyPictureStandsAloneWithoutScripts() throws Exception {
        for (Map.Entry<String, byte[]> file : folder().entrySet()) {
            if (file.getKey().endsWith(".svg")) {
                Document document = DocumentBuilderFactory.newDefaultNSInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(file.getValue()));

                assertThat(document.getDocumentElement().getNamespaceURI()).isEqualTo("http://www.w3.org/2000/svg");
                assertThat(document.getElementsByTagName("script").getLength()).isZero();
                assertThat(new String(file.getValue(), StandardCharsets.UTF_8)).as(file.getKey()).doesNotContain("NaN", "href");
            }
        }
    }

    @Test
    void runOfNumbersAndRefreshHaveFoldersToo() {
        String values = "{\"test_values\":{\"row_ids\":[\"a\",\"b\"],\"predictions\":[1.5,2.5],\"targets\":[1.0,3.0],\"days\":[0,1]}}";
        RunChecklist checklist = RunChecklist.of(run(), id -> true, sha -> true);

        assertThat(RunFolder.of(run(), Map.of("outcome.json", bytes(values)), checklist))
                .containsKeys("plots/predicted-and-true.svg", "test_predictions.csv");
        assertThat(RunFolder.of(run(), Map.of(), checklist)).doesNotContainKey("test_predictions.csv").containsKey("README.md");
    }
}
