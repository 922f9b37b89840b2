use super::*;

#[test]
fn limits_and_numbers() {
    table(
        ValueType::Threshold,
        &[
            ("PSI > 0.2", ">0.2"),
            ("AUC ≥ 0,80", ">0.8"),
            ("error rate &lt; 1 %", "<1"),
            ("F1 below 0.7", "<0.7"),
            ("drops by more than 5 %", ">5"),
            ("5 % or more", ">5"),
            ("mindestens 90 %", ">90"),
            ("supérieur à 0,25", ">0.25"),
            ("menos de 3 errores", "<3"),
            ("acima de 0,2", ">0.2"),
            ("超过 0.2", ">0.2"),
            ("0.2 以上", ">0.2"),
            ("ниже 0,8", "<0.8"),
            ("0.8 이하", "<0.8"),
            ("0.2", "!BareNumber"),
            ("train -> 3 steps", "!Other"),
            ("below the usual level", "!Other"),
        ],
    );
    table(
        ValueType::Limit,
        &[
            ("0.80", "0.8"),
            ("200 ms", "200"),
            ("5 %", "5"),
            ("AUC >= 0.8", ">0.8"),
            ("five", "!Other"),
            ("7", "!BareNumber"),
        ],
    );
}

#[test]
fn numbers_and_ratios() {
    table(
        ValueType::Number,
        &[
            ("0.87", "0.87"),
            ("accuracy: 87 %", "87"),
            ("12", "12"),
            ("R² of −0.3", "-0.3"),
            ("v1.2.3", "!Other"),
            ("high", "!Other"),
            ("1,234.5", "1234.5"),
        ],
    );
    table(
        ValueType::Ratio,
        &[
            ("99.5 %", "99.5%"),
            ("99,9 Prozent", "99.9%"),
            ("0.999", "99.9%"),
            ("250 %", "!Other"),
            ("99.9", "!BareNumber"),
            ("high", "!Other"),
        ],
    );
}

#[test]
fn amounts_and_latencies() {
    table(
        ValueType::Amount,
        &[
            ("500 EUR per month", "500"),
            ("$1,200", "1200"),
            ("1.200,50 €", "1200.5"),
            ("3000元", "3000"),
            ("120k EUR a year", "120000"),
            ("$1.5M", "1500000"),
            ("a budget of €2K", "2000"),
            ("5km of cable, 3 EUR", "3"),
            ("500", "!BareNumber"),
            ("cheap", "!Other"),
        ],
    );
    table(
        ValueType::Latency,
        &[
            ("p95 < 200 ms", "p95 200ms"),
            ("p99.9: 1.5 s", "p99.9 1500ms"),
            ("300ms", "300ms"),
            ("95th percentile below 2 seconds", "p95 2000ms"),
            ("2 Minuten", "120000ms"),
            ("200毫秒", "200ms"),
            ("3 days", "!Other"),
            ("200", "!BareNumber"),
            ("> 250", "!BareNumber"),
        ],
    );
}

#[test]
fn decisions_and_bases() {
    table(
        ValueType::Decision,
        &[
            ("Approved with conditions", "Approved with conditions"),
            ("Die Verarbeitung ist zulässig", "Die Verarbeitung ist zulässig"),
            ("残余风险可接受", "残余风险可接受"),
            ("pending approval by legal", "!Undecided"),
            ("Is a DPIA required?", "-"),
            ("TBD", "-"),
            ("blue", "!Other"),
        ],
    );
    table(
        ValueType::Basis,
        &[
            ("Art. 6(1)(f) GDPR", "Art. 6(1)(f) GDPR"),
            ("legitimate interests", "legitimate interests"),
            ("個人情報保護法 第17条", "個人情報保護法 第17条"),
            ("execução do contrato", "execução do contrato"),
            ("Which lawful basis applies?", "-"),
            ("none known", "!Other"),
        ],
    );
}

#[test]
fn commands() {
    table(
        ValueType::Command,
        &[
            ("$ kubectl rollout undo deployment/churn", "kubectl rollout undo deployment/churn"),
            ("sudo systemctl restart churn", "sudo systemctl restart churn"),
            ("MODEL=1 ./switch.sh", "MODEL=1 ./switch.sh"),
            ("# a comment\ndvc pull", "dvc pull"),
            ("SELECT count(*) FROM scores", "SELECT count(*) FROM scores"),
            ("make sure that the job has ended", "."),
            ("Restart the service", "!Other"),
            ("find the owner", "!Other"),
        ],
    );
    table(
        ValueType::TrainingCommand,
        &[
            ("python train.py --config a.yaml", "python train.py --config a.yaml"),
            ("pip install -r requirements.txt && python -m churn.train", "python -m churn.train"),
            ("dvc repro", "dvc repro"),
            ("poetry run python src/retrain.py", "poetry run python src/retrain.py"),
            ("curl -X POST https://ml.corp.example/retrain", "curl -X POST https://ml.corp.example/retrain"),
            ("gh workflow run retrain.yml", "gh workflow run retrain.yml"),
            ("echo training", "!Other"),
            ("pytest tests/test_train.py", "!Other"),
            ("python -m pytest tests/test_train.py", "!Other"),
            ("docker build -t trainer .", "."),
            ("python main.py", "!Other"),
        ],
    );
    let told = |name| training_command("python main.py --full", name, builtin());
    assert!(matches!(told(Some("Retrain churn")), Reading::Found(_)));
    assert!(!matches!(told(Some("Publish report")), Reading::Found(_)));
    assert!(!matches!(told(None), Reading::Found(_)));
}

#[test]
fn training_hides_behind_many_launchers() {
    let trains = |line| matches!(training_command(line, None, builtin()), Reading::Found(_));
    let lines = [
        "make retrain",
        "make train-model",
        "just retrain",
        "poe train",
        "nox -s train",
        "inv train",
        "npm run train",
        "python -m churn.train",
        "uv run python -m churn.training.run",
        "uv run train-model --input a.csv",
        "hatch run train",
        "poetry run train",
        "pixi run train",
        "conda run -n ml python train.py",
        "papermill notebooks/train.ipynb out.ipynb",
        "jupyter nbconvert --execute notebooks/train.ipynb",
        "dvc repro train",
        "mlflow run . -e train",
        "kedro run --pipeline training",
        "zenml pipeline run training",
        "aws sagemaker create-training-job --training-job-name churn",
        "docker compose run --rm trainer",
        "gcloud ai custom-jobs create --display-name=train-churn",
        "az ml job create --file train.yml",
        "databricks jobs run-now --job-name train-churn",
        "prefect deployment run retrain/weekly",
        "dagster job execute -j retrain_job",
        "airflow dags trigger retrain_churn",
        "Rscript train.R",
        "kubectl create job --from=cronjob/retrain retrain-now",
        "gh workflow run retrain.yml",
        "bash scripts/retrain.sh",
        "./train.sh",
        "torchrun --nproc 2 train.py",
        "spark-submit jobs/train.py",
        "ray job submit -- python train.py",
        "docker run churn:latest python train.py",
        "PYTHONPATH=. python3 src/models/train_model.py",
        "snakemake train_model",
        "cd ml && python train.py",
        "Rscript R/02_fit_model.R",
        "julia train.jl",
        "python3 src/pipeline/retraining.py",
    ];
    let missed: Vec<_> = lines.into_iter().filter(|line| !trains(line)).collect();
    assert!(missed.is_empty(), "{missed:?}");
    let none = [
        "echo training",
        "pip install trainer",
        "git commit -m 'retrain'",
        "pytest tests/test_train.py",
        "cat train.log",
        "ruff check train.py",
        "python --version train",
        "docker build -t train .",
        "git add train.py",
    ];
    let wrong: Vec<_> = none.into_iter().filter(|line| trains(line)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn references() {
    table(
        ValueType::Identifier,
        &[
            ("watch `psi` daily", "psi"),
            ("churn_score_psi, daily", "churn_score_psi"),
            ("the score", "!Other"),
            ("``", "-"),
        ],
    );
    table(
        ValueType::Url,
        &[
            ("see https://git.corp.example/x.", "https://git.corp.example/x"),
            ("http://example.com/a", "!FakeAddress"),
            ("ftp://x.y", "!Other"),
        ],
    );
    table(
        ValueType::Path,
        &[
            ("src/train.py", "src/train.py"),
            ("run `./scripts/go`", "./scripts/go"),
            ("README.md", "README.md"),
            ("and/or", "!Other"),
            ("../../etc/passwd", "!Other"),
            ("/etc/passwd", "!Other"),
            ("models/churn/", "models/churn/"),
        ],
    );
    table(
        ValueType::Version,
        &[
            ("1.4.0", "1.4.0"),
            ("v3", "v3"),
            ("2026-03-01", "2026-03-01"),
            ("Version 2026.03 of the model", "2026.03"),
            ("1.0.0-rc.1", "1.0.0-rc.1"),
            ("7", "7"),
            ("latest", "!Other"),
            ("deadbeef", "deadbeef"),
        ],
    );
}

#[test]
fn prose() {
    table(
        ValueType::Prose(4),
        &[
            ("Scores rank who is called", "Scores rank who is called"),
            ("too short", "!TooShort"),
            ("What data will be processed?", "-"),
            ("为销售团队排序客户名单", "为销售团队排序客户名单"),
            ("TBD", "-"),
            ("Which data? Only orders. No names are read.", "Which data? Only orders. No names are read."),
        ],
    );
    assert!(is_question("What? Why? Who? Something."));
    assert!(!is_question("See https://x.example/?q=1 for details."));
}
