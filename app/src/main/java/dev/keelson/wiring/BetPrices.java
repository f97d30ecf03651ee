package dev.keelson.wiring;

import dev.keelson.data.DatasetVersion;
import dev.keelson.data.SourceDefinition;
import dev.keelson.frame.Frame;
import dev.keelson.frame.Vector;
import dev.keelson.monitor.performance.Bet;
import dev.keelson.project.Project;
import dev.keelson.project.ServeDefinition;
import dev.keelson.train.ModelDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/** The bets of a dataset by their key, settled or not, for the model that scores them. */
final class BetPrices {
    private BetPrices() {}

    /** Those of the latest data; none where the project scores no bets by that model, or nothing was loaded. */
    static Map<String, Bet> latest(Project project, Workspace workspace, String model) {
        ServeDefinition.Bets bets = project.serve().bets();
        if (bets == null || !bets.model().equals(model)) {
            return Map.of();
        }
        ModelDefinition definition = Projects.model(project, model);
        SourceDefinition source = Projects.source(project, definition.label().source());
        Optional<DatasetVersion> latest = workspace.datasets().latest(source.name());
        return latest.isEmpty()
                ? Map.of()
                : read(bets, source, workspace.datasets().read(latest.get()), Math.max(0, definition.classes().size() - 1));
    }

    /** @param on position of the class that wins a bet */
    static Map<String, Bet> read(ServeDefinition.Bets bets, SourceDefinition source, Frame frame, int on) {
        double[] odds = BetTable.numbers(frame, bets.odds());
        double[] stakes = BetTable.numbers(frame, bets.stake());
        double[] closing = BetTable.numbers(frame, bets.closing());
        double[] profits = BetTable.numbers(frame, bets.profit());
        List<Vector> key = source.key().stream().map(frame::vector).toList();
        Map<String, Bet> prices = new HashMap<>();
        for (int i = 0; i < odds.length; i++) {
            if (odds[i] > 1 && Double.isFinite(odds[i]) && stakes[i] > 0 && Double.isFinite(stakes[i])) {
                StringJoiner joined = new StringJoiner("|");
                for (Vector part : key) {
                    joined.add(String.valueOf(part.get(i)));
                }
                prices.put(joined.toString(), new Bet(on, odds[i], stakes[i], closing[i] > 1 ? closing[i] : Double.NaN, profits[i]));
            }
        }
        return prices;
    }
}
