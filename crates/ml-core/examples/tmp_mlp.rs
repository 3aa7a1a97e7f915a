use ml_core::{autodiff::{Tape, Variable}, graph::{Function, RunOptions}, Tensor, Result};
use std::time::Instant;
fn rand(n: usize, s: f32) -> Vec<f32> { (0..n).map(|i| ((i as f32 * 12.9898).sin() * 43758.547).fract() * s).collect() }
fn best(name: &str, mut f: impl FnMut() -> Result<()>) -> Result<f64> {
    for _ in 0..20 { f()?; }
    let mut times: Vec<f64> = (0..200).map(|_| { let t = Instant::now(); f().unwrap(); t.elapsed().as_secs_f64() * 1e6 }).collect();
    times.sort_by(f64::total_cmp);
    println!("{name}: median {:.1} us, min {:.1} us", times[100], times[0]);
    Ok(times[100])
}
fn step(vars: &[Variable], x: &Tensor, t: &Tensor) -> Result<Vec<Tensor>> {
    let tape = Tape::new();
    tape.watch_variables(vars)?;
    let mut h = x.clone();
    for l in 0..3 {
        h = h.matmul(&vars[2*l].read())?.add(&vars[2*l+1].read())?;
        if l < 2 { h = h.relu()?; }
    }
    let lse = h.exp()?.sum_keep(&[1])?.log()?;
    let loss = lse.sub(&h)?.mul(t)?.sum_all()?.mul_scalar(1.0/32.0)?;
    let sources: Vec<&dyn ml_core::autodiff::Source> = vars.iter().map(|v| v as _).collect();
    let g = tape.gradient(&loss, &sources)?;
    for (v, g) in vars.iter().zip(g) { v.assign_sub(&g.unwrap().mul_scalar(0.01)?)?; }
    Ok(vec![loss.stop_gradient()])
}
fn main() -> Result<()> {
    let sizes = [784, 300, 100, 10];
    let mut vars = vec![];
    for l in 0..3 {
        vars.push(Variable::new(Tensor::from_vec(rand(sizes[l]*sizes[l+1], 0.05), [sizes[l], sizes[l+1]])?));
        vars.push(Variable::new(Tensor::from_vec(vec![0f32; sizes[l+1]], [sizes[l+1]])?));
    }
    let x = Tensor::from_vec(rand(32*784, 1.0), [32, 784])?;
    let mut tv = vec![0f32; 320]; for i in 0..32 { tv[i*10 + i%10] = 1.0; }
    let t = Tensor::from_vec(tv, [32, 10])?;
    let w: Vec<Tensor> = vars.iter().map(|v| v.read()).collect();
    let h = [Tensor::from_vec(rand(32*300,1.0),[32,300])?, Tensor::from_vec(rand(32*100,1.0),[32,100])?, Tensor::from_vec(rand(320,1.0),[32,10])?];
    best("matmuls only", || {
        x.matmul(&w[0])?; h[0].matmul(&w[2])?; h[1].matmul(&w[4])?;
        x.matmul_transposed(true, &h[0], false)?; h[0].matmul_transposed(true, &h[1], false)?; h[1].matmul_transposed(true, &h[2], false)?;
        h[2].matmul_transposed(false, &w[4], true)?; h[1].matmul_transposed(false, &w[2], true)?;
        Ok(())
    })?;
    for (n, a, b, ta, tb) in [("f1", &x, &w[0], false, false), ("dW1", &x, &h[0], true, false), ("f2", &h[0], &w[2], false, false), ("dW2", &h[0], &h[1], true, false), ("dx2", &h[1], &w[2], false, true)] {
        best(n, || { a.matmul_transposed(ta, b, tb)?; Ok(()) })?;
    }
    best("eager step", || step(&vars, &x, &t).map(|_| ()))?;
    for (name, o) in [("default", RunOptions::default()), ("inter 1", RunOptions::default().inter_op(1)), ("inter 1 intra 1", RunOptions::default().inter_op(1).intra_op(1)), ("inter 2", RunOptions::default().inter_op(2)), ("inter 2 intra 1", RunOptions::default().inter_op(2).intra_op(1))] {
        let v = vars.clone();
        let f = Function::new("step", move |a| step(&v, &a[0], &a[1])).options(o);
        best(&format!("function, {name}"), || f.call(&[&x, &t]).map(|_| ()))?;
        if name == "default" { for n in f.traced()[0].optimised().nodes() { println!("   {} {:?} {}", n.name, n.kind.name(), n.outputs.first().map_or(String::new(), |s| s.to_string())); } }
    }
    // overhead per node
    let f = Function::unary("chain", |x| (0..100).try_fold(x.clone(), |y, _| y.reshape(&[-1, 1])?.reshape(&[1, -1])));
    let one = Tensor::from_vec(vec![1f32; 10], [1, 10])?;
    let small = Function::unary("small", |x| (0..1000).try_fold(x.clone(), |y, i| if i % 2 == 0 { y.transpose()?.expand_dims(0) } else { y.squeeze(&[0]) }));
    let n = small.concrete(&[one.spec()])?.optimised().nodes().len();
    let t = best(&format!("{n} view nodes"), || small.apply(&[&one]).map(|_| ()))?;
    println!("  per node {:.1} ns", t * 1e3 / n as f64);
    let _ = f;
    let loopy = Function::unary("loop", |x| Ok(ml_core::graph::for_range(0, 1000, |_, s| Ok(vec![s[0].add_scalar(1.0)?]), &[x])?.remove(0)));
    let t = best("loop of 1000 iterations", || loopy.apply(&[&one]).map(|_| ()))?;
    println!("  per iteration {t:.1} ns");
    let tiny = Function::unary("cube", |x| x.square()?.mul(x));
    best("tiny call x1000", || { for _ in 0..1000 { tiny.apply(&[&one])?; } Ok(()) })?;
    best("tiny eager x1000", || { for _ in 0..1000 { one.square()?.mul(&one)?; } Ok(()) })?;
    Ok(())
}
