package dev.keelson.console;

import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Block;
import dev.keelson.console.view.BlocksView;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.console.view.Shell;
import dev.keelson.http.Backend;
import dev.keelson.http.LoggedModel;
import dev.keelson.registry.governance.Approval;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Stage;
import dev.keelson.train.ModelDefinition;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The registered models, those of the project and those of clients; what waits for a person comes first. */
final class RegistryPage {
    private static final int SIZE = 50;
    private static final List<Stage> ORDER = List.of(Stage.PRODUCTION, Stage.STAGING, Stage.NONE, Stage.ARCHIVED);

    private final Backend backend;
    private final ZoneId zone;

    RegistryPage(Backend backend) {
        this.backend = backend;
        this.zone = backend.project().zone();
    }

    BlocksView view(Shell shell, int page) {
        List<Approval> waiting = backend.governance().pending();
        List<Block> blocks = new ArrayList<>();
        if (page == 1) {
            waiting.forEach(approval -> blocks.add(Promotions.waiting(approval, zone)));
        }
        blocks.add(models(waiting, page));
        elsewhere().ifPresent(blocks::add);
        List<Section.Link> links = List.of(
                new Section.Link("What is in Production", "/version-comparison?stage=Production"),
                new Section.Link("What is in Staging", "/version-comparison?stage=Staging"),
                new Section.Link("Rollouts", "/rollouts"),
                new Section.Link("Audit trail", "/audit"));
        return new BlocksView(shell, "Registry", links, blocks);
    }

    /** Models that others serve: nothing of them is registered. */
    private Optional<Block> elsewhere() {
        SectionDraft draft = new SectionDraft("Served elsewhere")
                .lead("Others serve these: their predictions and outcomes are watched here, but no version of them is registered.");
        List<String> names = LoggedModel.all(backend.project()).stream().filter(LoggedModel::elsewhere).map(LoggedModel::name).toList();
        names.forEach(name -> draft.link(name, "/models/" + Paging.encoded(name)));
        return names.isEmpty() ? Optional.empty() : Optional.of(Block.of(draft.done()));
    }

    private record Found(boolean more, Map<RegisteredModel, List<RegisteredVersion>> models, Set<String> registered) {}

    private Found find(int page) {
        List<String> own = backend.project().models().stream().map(ModelDefinition::name).toList();
        return backend.catalog().read(tx -> {
            Search.Page<RegisteredModel> found = tx.registry()
                    .searchModels(new Search(List.of(), List.of(), Lifecycle.View.ACTIVE_ONLY, SIZE, (page - 1L) * SIZE));
            Map<RegisteredModel, List<RegisteredVersion>> models = new LinkedHashMap<>();
            found.items().forEach(model -> models.put(model, tx.registry().latestVersions(model.name())));
            Set<String> registered = new HashSet<>();
            own.stream().filter(name -> tx.registry().model(name).isPresent()).forEach(registered::add);
            return new Found(found.more(), models, registered);
        });
    }

    private Block models(List<Approval> waiting, int page) {
        Found found = find(page);
        Set<String> waits = waiting.stream()
                .map(approval -> label(approval.model(), approval.version()))
                .collect(Collectors.toSet());
        Set<String> own = backend.project().models().stream().map(ModelDefinition::name).collect(Collectors.toSet());
        SheetDraft sheet = new SheetDraft("Registered models")
                .words("Model", "Whose", "Version", "Stage", "Role", "Aliases", "Registered", "Waiting");
        found.models().forEach((model, versions) -> {
            Cell name = new Cell(model.name(), aliases(model), Promotions.address(model.name()), null);
            Cell whose = Cell.of(own.contains(model.name()) ? "the project's" : "a client's");
            if (versions.isEmpty()) {
                Cell none = Cell.of(Text.NONE);
                sheet.row(List.of(name, whose, Cell.of("none yet"), none, none, none, none, none));
            }
            for (RegisteredVersion version :
                    versions.stream().sorted(Comparator.comparingInt(each -> ORDER.indexOf(each.stage()))).toList()) {
                sheet.row(List.of(
                        name,
                        whose,
                        Cell.link("v" + version.version(), Promotions.address(model.name(), version.version())),
                        Cell.of(Promotions.stage(version.stage())),
                        Cell.of(Promotions.role(version)),
                        Cell.of(version.aliases().isEmpty() ? Text.NONE : String.join(", ", version.aliases())),
                        Cell.of(Text.minute(version.createdAt(), zone), version.user()),
                        waits.contains(label(version.model(), version.version()))
                                ? Cell.of(new Badge(Level.MODERATE, "waiting"))
                                : Cell.of(Text.NONE)));
            }
        });
        SectionDraft draft = new SectionDraft("Models").sheet(sheet);
        if (sheet.isEmpty()) {
            draft.empty(
                    page > 1
                            ? "Nothing on this page."
                            : "Nothing yet: no version was trained, and no client registered a model.",
                    page > 1 ? "" : "keelson run");
        } else {
            draft.note("The highest version of each stage; a model's page has all of them.");
        }
        List<String> untrained = backend.project().models().stream()
                .map(ModelDefinition::name)
                .filter(name -> !found.registered().contains(name))
                .toList();
        if (!sheet.isEmpty() && !untrained.isEmpty()) {
            draft.note("Without a version yet: %s.".formatted(String.join(", ", untrained)));
        }
        if (page > 1) {
            draft.link("Before", page == 2 ? "/registry" : "/registry?page=" + (page - 1));
        }
        if (found.more()) {
            draft.link("Next", "/registry?page=" + (page + 1));
        }
        return Block.of(draft.done());
    }

    private static String label(String model, int version) {
        return model + " v" + version;
    }

    private static String aliases(RegisteredModel model) {
        return model.aliases().entrySet().stream()
                .map(alias -> alias.getKey() + " v" + alias.getValue())
                .collect(Collectors.joining(", "));
    }
}
